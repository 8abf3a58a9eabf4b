"""A whole build of a small dirty log, from the outside."""

import json
import re
from pathlib import Path

import duckdb
import pytest
from rich.console import Console

from scripts.build.build_request import BuildRequest
from scripts.build.pipeline import prepare
from scripts.build_folder import BuildFolder
from scripts.releases.released_tables import public_marts
from scripts.synthetic.broken_rows import BROKEN_ROWS
from scripts.synthetic.interactions import generate
from scripts.synthetic.marketplace_plan import plan_log
from tests.conftest import FinishedBuild, public_tables, read_release, run_audience


def test_every_row_is_accounted_for(dirty_build: FinishedBuild) -> None:
    lines = len(dirty_build.log.read_text().splitlines()) - 1
    with read_release(dirty_build.folder) as release:
        accounting = dict(
            release.execute(
                "select reason, row_count from row_accounting where input = 'log'"
            ).fetchall()
        )
    assert sum(accounting.values()) == lines
    assert accounting.pop("usable") == dirty_build.plan.interactions
    assert accounting.pop("set aside by the row filter") == 0
    assert accounting.pop("usable, but written before") > 0
    # The clock of UTC skips no time.
    assert accounting.pop("event_date skipped by time_zone") == 0
    assert set(accounting) == set(BROKEN_ROWS) - {"duplicate"}
    assert all(accounting.values())


def test_rejects_keep_their_text_and_their_line(dirty_build: FinishedBuild) -> None:
    lines = dirty_build.log.read_text().splitlines()
    with duckdb.connect(dirty_build.folder.warehouse, read_only=True) as warehouse:
        rejects = warehouse.execute(
            "select line_number, reason, original_text from staging.stg_rejected_rows"
        ).fetchall()
    assert len({line for line, _, _ in rejects}) == len(rejects) > 50
    for line, reason, text in rejects:
        if reason == "unreadable line":
            assert lines[line - 1] == text
        else:
            customer, product, event, date, _ = lines[line - 1].split(",")
            assert json.loads(text) == {
                "customer_id": customer or None,
                "product_id": product or None,
                "event": event or None,
                "event_date": date or None,
            }


def test_the_profile_is_the_one_that_was_planted(
    dirty_build: FinishedBuild, tmp_path: Path
) -> None:
    planted = generate(tmp_path / "log.parquet", scale=0.01, seed=3).truth.retention
    with read_release(dirty_build.folder) as release:
        profile = release.execute(
            "select customer_count, product_count, retention_rate from dataset_profile"
        ).fetchone()
        verdict = release.execute("select verdict from viability_verdict").fetchone()
    plan = dirty_build.plan
    assert planted == pytest.approx(0.0305, abs=0.006)
    assert profile == (plan.customers, plan.products, pytest.approx(planted, abs=0.0005))
    assert verdict == ("not viable",)


def test_settings_reach_the_models(dirty_build: FinishedBuild) -> None:
    with read_release(dirty_build.folder) as release:
        assert release.execute(
            "select max(audience_rank) from product_audiences"
        ).fetchone() == (7,)


def test_the_summary_says_what_was_built(dirty_build: FinishedBuild) -> None:
    output = dirty_build.outcome.stdout
    with read_release(dirty_build.folder) as release:
        reasons = release.execute(
            "select reason from row_accounting where outcome = 'rejected'"
            " order by row_count desc limit 3"
        ).fetchall()
    for part in (
        f"{dirty_build.plan.interactions:,}",
        f"{dirty_build.plan.customers:,}",
        "rejected",
        *(reason for (reason,) in reasons),
        "Collaborative filtering (ALS) is not measured",
        "First customers",
        "products share one list",
        str(dirty_build.folder.releases),
        "Dbt build",
    ):
        assert part in output
    assert "Traceback" not in output + dirty_build.outcome.stderr


def test_a_release_holds_every_public_mart_described(dirty_build: FinishedBuild) -> None:
    manifest = json.loads((dirty_build.folder.dbt_target / "manifest.json").read_text())
    marts = public_marts(manifest)
    with read_release(dirty_build.folder) as release:
        tables = dict(
            release.execute(
                "select table_name, comment from duckdb_tables() where schema_name = 'main'"
            ).fetchall()
        )
        assert set(tables) >= {mart.name for mart in marts}
        bare = release.execute(
            "select table_name, column_name from duckdb_columns()"
            " where schema_name = 'main' and not internal and comment is null"
        ).fetchall()
    assert all(tables[mart.name] for mart in marts)
    assert bare == []


def test_the_manifest_describes_the_release(dirty_build: FinishedBuild) -> None:
    current = dirty_build.folder.releases / "current"
    manifest = json.loads((current / "manifest.json").read_text())
    assert manifest["release_id"] == current.resolve().name
    assert re.fullmatch(r"[0-9a-f]{40}(-dirty)?", manifest["git_revision"] or "0" * 40)
    assert manifest["input"]["first_interaction_at"].startswith("2022-10-01")
    for mart, count in manifest["row_counts"].items():
        parquet = current / "parquet" / f"{mart}.parquet"
        assert duckdb.sql(f"select count(*) from '{parquet}'").fetchone() == (count,)
    assert {"audience.duckdb", "parquet/customers.parquet"} <= set(manifest["files"])


def test_a_release_lies_in_lookup_order(dirty_build: FinishedBuild) -> None:
    with read_release(dirty_build.folder) as release:
        rows = release.execute("select product_id, audience_rank from product_audiences")
        keys = rows.fetchall()
    assert keys == sorted(keys)


def test_without_a_log_the_generated_one_is_read_with_the_examples(
    folder: BuildFolder, capsys: pytest.CaptureFixture[str]
) -> None:
    """The shared build has the same examples."""
    generate(folder.default_log, scale=0.002)
    settings = prepare(folder, Console(), BuildRequest(), {})
    assert "generating" not in capsys.readouterr().out, "it is there already"
    assert settings == {
        "log": str(folder.default_log),
        "with_examples": True,
        "experiment_units": str(folder.example_units),
    }
    assert folder.example_units.exists()


@pytest.mark.long
def test_without_a_log_the_generated_one_is_built_with_the_examples(
    folder: BuildFolder,
) -> None:
    generate(folder.default_log, scale=0.002)
    outcome = run_audience(folder, "build")
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr
    assert "generating" not in outcome.stdout, "it is there already"
    with read_release(folder) as release:
        experiments = release.execute(
            "select experiment_id, verdict from experiment_verdicts order by 1"
        ).fetchall()
        campaigns = release.execute(
            "select campaign_id from campaign_summaries order by 1"
        ).fetchall()
        customers = release.execute("select count(*) from customers").fetchone()
    assert experiments == [("banner_example", "running"), ("mail_example", "ship")]
    assert campaigns == [("abandoned_carts",), ("most_engaged",), ("spring_rotation",)]
    assert customers == (plan_log(0.002).customers,)


@pytest.mark.long
def test_two_builds_of_a_log_are_equal_whatever_the_threads(
    dirty_build: FinishedBuild, folder: BuildFolder
) -> None:
    settings = (dirty_build.folder.releases / "current" / "manifest.json").read_text()
    outcome = run_audience(
        folder,
        "build",
        *("--vars", json.dumps(json.loads(settings)["settings"])),
        AUDIENCE_DBT_THREADS="1",
    )
    assert outcome.returncode == 0, outcome.stderr
    assert public_tables(folder) == public_tables(dirty_build.folder)


@pytest.mark.long
def test_readers_and_builds_do_not_disturb_each_other(
    tmp_path: Path, published: BuildFolder
) -> None:
    first = (published.releases / "current").resolve().name
    log = tmp_path / "log.parquet"
    generate(log, scale=0.002)
    build = ("build", "--log", str(log))
    with read_release(published) as reader:
        before = reader.execute("from customers order by all").fetchall()

        outcome = run_audience(published, *build)
        assert outcome.returncode == 0, outcome.stderr
        assert reader.execute("from customers order by all").fetchall() == before

        broken = run_audience(published, *build, "--vars", "{time_format: epoch_s}")
        assert broken.returncode == 1
        assert "the last release is still served" in broken.stderr

    second = (published.releases / "current").resolve().name
    assert first < second
    with read_release(published) as reader:
        assert 0 < len(reader.execute("from customers").fetchall()) < len(before)


@pytest.mark.long
@pytest.mark.parametrize("exclude", ["none", "purchased"])
def test_customers_who_touched_a_product_can_be_in_its_audience(
    folder: BuildFolder, tmp_path: Path, exclude: str
) -> None:
    """Every customer carts both products, and half of them purchase the first."""
    log = tmp_path / "log.csv"
    rows = [
        f"{customer},{product},{event},2023-0{month}-{1 + customer % 28:02}"
        for customer in range(1, 40)
        for month, product, event in (
            (1, 1, "cart"),
            (2, 2, "cart"),
            (3, 1, "purchased" if customer % 2 else "cart"),
            (4, 2, "cart"),
        )
    ]
    log.write_text("customer_id,product_id,event,event_date\n" + "\n".join(rows) + "\n")
    outcome = run_audience(
        folder, "build", "--log", str(log), "--vars", f"{{exclude: {exclude}, top_n: 50}}"
    )
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr
    with read_release(folder) as release:
        found = release.execute(
            "select product_id, count(*), count(*) filter (customer_id % 2 = 1)"
            " from product_audiences group by product_id order by product_id"
        ).fetchall()
    purchasers = 0 if exclude == "purchased" else 20
    assert found == [(1, 19 + purchasers, purchasers), (2, 39, 20)]
