"""What becomes of opt-outs if a build fails."""

import io

import duckdb
import pytest
from rich.console import Console

from scripts.build import model_build
from scripts.build.dbt_run import DbtRun, NodeResult
from scripts.build.model_build import OPT_OUTS, dbt_build
from scripts.build.preconditions import BuildError
from scripts.build_folder import PROJECT, BuildFolder
from scripts.releases.opted_out_file import OptedOutFile


def fail_after(
    folder: BuildFolder, monkeypatch: pytest.MonkeyPatch, *nodes: NodeResult
) -> str:
    """A build that fails; returns what it printed."""
    failed = DbtRun(exit_code=1, seconds=1, nodes=list(nodes), problems=["a test failed"])
    monkeypatch.setattr(model_build, "run_incrementally", lambda *_, **__: failed)
    monkeypatch.setattr(model_build, "releases_to_compare", lambda *_: {})
    said = io.StringIO()
    with pytest.raises(BuildError, match="a test failed"):
        dbt_build(folder, Console(file=said, width=500), {"log": "log.csv"}, lock=0)
    return said.getvalue()


def opt_out_first_customer(folder: BuildFolder) -> str:
    """Put a customer of the release among the opt-outs of the warehouse."""
    with duckdb.connect(folder.warehouse) as warehouse:
        (customer,) = warehouse.execute(
            "select min(customer_id) from marts.customers"
        ).fetchone() or (0,)
        warehouse.execute(
            "create or replace table intermediate.int_suppressed_customers as"
            f" select {customer} as customer_id"
        )
    return str(customer)


@pytest.mark.parametrize(
    ("status", "are_told"), [("success", True), ("skipped", False), (None, False)]
)
def test_a_failed_build_holds_back_no_opt_out_that_it_has_found(
    status: str | None,
    are_told: bool,
    published: BuildFolder,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Before, any failed test held back the table of opt-outs, and those of feedback."""
    customer = opt_out_first_customer(published)
    failed_test = NodeResult("unique_customers", "test", "fail", 1)
    built = [NodeResult(OPT_OUTS, "model", status, 1)] if status else []
    fail_after(published, monkeypatch, *built, failed_test)
    listed = OptedOutFile(published.releases).listed()
    assert listed == ({customer} if are_told else set())


def test_a_build_that_cannot_tell_of_them_says_so(
    folder: BuildFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = fail_after(folder, monkeypatch, NodeResult(OPT_OUTS, "model", "success", 1))
    assert "The opt-outs of this build are not in effect: " in said


def test_the_model_of_opt_outs_exists() -> None:
    assert list((PROJECT / "models" / "intermediate").rglob(f"{OPT_OUTS}.sql"))
