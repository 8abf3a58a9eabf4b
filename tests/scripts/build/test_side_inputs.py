"""Inputs other than the log: read like the log, with their rejects."""

import gzip
import json
from pathlib import Path
from typing import Any

import duckdb
import pytest

from scripts.build.dbt_run import run_dbt
from scripts.build.input_columns import check_input_columns
from scripts.build.log_source import LogSourceError, check_side_inputs
from scripts.build.preconditions import check_nothing_is_forgotten
from scripts.build_folder import BuildFolder
from scripts.campaigns.opt_outs import note_opt_outs
from scripts.releases.release_folder import ReleaseFolder
from tests.conftest import run_audience

LOG = """customer_id,product_id,event,event_date
1,10,cart,2023-01-01
2,10,purchased,2023-01-02
3,11,cart,2023-01-03
"""
# Builds what says what became of the rows, with the tests of nothing else.
ACCOUNT = ["build", "--exclude-resource-type", "unit_test", "--select", "+row_accounting"]
ACCOUNT += ["--indirect-selection", "cautious"]


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "log.csv"
    path.write_text(LOG)
    return path


def rows(folder: BuildFolder, query: str) -> list[Any]:
    with duckdb.connect(folder.warehouse, read_only=True) as warehouse:
        return warehouse.execute(query).fetchall()


@pytest.mark.slow
def test_side_inputs_are_read_and_accounted_for(
    folder: BuildFolder, log: Path, tmp_path: Path
) -> None:
    customers = tmp_path / "customers.csv.gz"
    customers.write_bytes(
        gzip.compress(
            b'client;"home; ""sweet"" home";Tier\n'
            b" 1 ;yes;gold\n2;;silver\nx;no;gold\n1;no;\n"
        )
    )
    products = tmp_path / "products.parquet"
    with duckdb.connect() as connection:
        connection.execute(
            f"copy (select 10.0::double as product_id, 9.90 as price) to '{products}'"
        )
    contacts = tmp_path / "contacts.csv"
    contacts.write_text(
        "customer_id,product_id,contacted_at,cost\n"
        "1,10,2023-01-05T10:00:00+02:00,0.10\n"
        "1,,2023-01-06,\n"
        "2,10,yesterday,0.10\n"
        "2,ten,2023-01-05,0.10\n"
        "2,10,2023-01-05,cheap\n"
        "2,10,2023-01-05,0.10,too many\n"
    )
    units = tmp_path / "units.csv"
    units.write_text(
        "experiment_id,unit_id,arm,conversion,revenue\n"
        "trial,a,Treatment,1,2.5\n"
        "trial,b,control,0.5,\n"
        "trial,c,control,0,inf\n"
        "trial,d,control,0,nan\n"
        ",e,control,0,1\n"
    )
    settings = {
        "log": str(log),
        "max_reject_share": 1,
        "experiment_units": str(units),
        "customer_attributes": {
            "path": str(customers),
            "delimiter": ";",
            "columns": {"customer_id": "client"},
        },
        "product_attributes": str(products),
        "contacts": str(contacts),
    }
    run = run_dbt(ACCOUNT, settings, folder)
    assert run.problems == []
    assert rows(
        folder,
        "select input, reason, row_count, example_line from marts.row_accounting"
        " where input <> 'log' order by all",
    ) == [
        ("contacts", "uncastable product_id", 1, 5),
        ("contacts", "unparseable contacted_at", 1, 4),
        ("contacts", "unparseable cost", 1, None),
        ("contacts", "unreadable line", 1, 7),
        ("contacts", "usable", 2, None),
        ("customer_attributes", "uncastable customer_id", 1, 4),
        ("customer_attributes", "usable", 3, None),
        ("experiment_units", "missing experiment_id", 1, 6),
        ("experiment_units", "unparseable conversion", 1, 3),
        ("experiment_units", "unparseable revenue", 2, 4),
        ("experiment_units", "usable", 1, None),
        ("product_attributes", "usable", 1, None),
    ]
    assert rows(
        folder,
        "select customer_id, attribute_1, attribute_2 from staging.stg_customer_attributes"
        " where outcome = 'accepted' order by all",
    ) == [(1, "no", None), (1, "yes", "gold"), (2, None, "silver")]
    assert rows(
        folder, "select product_id, attribute_1 from staging.stg_product_attributes"
    ) == [(10, "9.90")]
    assert rows(
        folder,
        "select customer_id, product_id, contacted_at::text, cost"
        " from staging.stg_contacts where outcome = 'accepted' order by all",
    ) == [
        (1, 10, "2023-01-05 08:00:00", 0.1),
        (1, None, "2023-01-06 00:00:00", None),
        (2, 10, "2023-01-05 00:00:00", None),
    ], "a contact counts whatever it cost"


@pytest.mark.slow
def test_an_opt_out_that_cannot_be_read_stops_the_build(
    folder: BuildFolder, log: Path, tmp_path: Path
) -> None:
    suppressions = tmp_path / "opted_out.csv"
    suppressions.write_text("customer_id\n1\nMr Miller\n")
    run = run_dbt(ACCOUNT, {"log": str(log), "suppressions": str(suppressions)}, folder)
    (problem,) = [text for text in run.problems if text.startswith("suppressions: ")]
    assert (
        "1 of 2 rows cannot be used (uncastable customer_id, for example line 3" in problem
    )
    assert "Mr Miller" in problem


@pytest.mark.long
def test_opt_outs_are_read_whatever_the_build_folder_is_called(
    log: Path, tmp_path: Path
) -> None:
    """Brackets and stars are no pattern there, and `name=value` is no column."""
    folder = BuildFolder(tmp_path / "customer_id=9" / "b[1] *")
    note_opt_outs(folder, ["2"], "asked by letter")
    note_opt_outs(folder, ["3"], "asked by letter")
    run = run_dbt(["run", "--select", "stg_suppressions"], {"log": str(log)}, folder)
    assert run.problems == []
    assert rows(folder, "select customer_id from staging.stg_suppressions order by 1") == [
        (2,),
        (3,),
    ]


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        ({"suppressions": "nothing.csv"}, "No file for suppressions at nothing.csv"),
        ({"contacts": {"path": "nothing.csv"}}, "No file for contacts at nothing.csv"),
    ],
)
def test_a_table_that_is_not_there_is_named(setting: dict[str, Any], said: str) -> None:
    with pytest.raises(LogSourceError, match=said):
        check_side_inputs(setting)


@pytest.mark.parametrize("name", ["suppressions", "contacts"])
def test_a_build_without_a_table_of_the_release_is_refused(
    published: BuildFolder, name: str
) -> None:
    release = ReleaseFolder(published.releases).current()
    assert release is not None
    path = release.folder / "manifest.json"
    manifest = json.loads(path.read_text())
    manifest["settings"][name] = "crm.csv"
    path.write_text(json.dumps(manifest))
    log = manifest["settings"]["log"]
    outcome = run_audience(published, "build", "--log", log)
    assert outcome.returncode == 1
    assert (
        f"The current release was built with {name}, and this build has no"
        in outcome.stderr
    )
    assert f"or confirm that there is none (--vars '{name}: null')" in outcome.stderr
    check_nothing_is_forgotten(published, {"log": log, name: None})
    check_nothing_is_forgotten(published, {"log": log, name: "other.csv"})


def test_a_build_without_a_log_does_not_replace_the_release_of_a_log(
    published: BuildFolder,
) -> None:
    release = ReleaseFolder(published.releases).current()
    assert release is not None
    log = release.manifest["settings"]["log"]
    for command in ("build", "evidence"):
        outcome = run_audience(published, command)
        assert outcome.returncode == 1
        assert (
            f"No log is named, and the current release was built from {log}: this build"
            " would serve a generated log instead." in outcome.stderr
        )
    assert ReleaseFolder(published.releases).current() == release
    check_nothing_is_forgotten(published, {"log": str(published.default_log)})
    path = release.folder / "manifest.json"
    manifest = json.loads(path.read_text())
    # Generated before, in a folder that has moved.
    manifest["settings"]["log"] = "/elsewhere/build/data/interactions.parquet"
    path.write_text(json.dumps(manifest))
    check_nothing_is_forgotten(published, {})


def test_a_table_needs_a_column_for_its_customers(log: Path, tmp_path: Path) -> None:
    contacts = tmp_path / "contacts.csv"
    contacts.write_text("who,contacted_at\n1,2023-01-01\n")
    said = "has no column customer_id for customer_id; it has who, contacted_at"
    with pytest.raises(LogSourceError, match=said):
        check_input_columns({"log": str(log), "contacts": str(contacts)})
