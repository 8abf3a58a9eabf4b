"""Where Spark's reader of CSV files stops, and what a build then says."""

from pathlib import Path

import pytest

from scripts.build.dbt_run import run_dbt
from scripts.build_folder import PROJECT, BuildFolder
from tests.spark.conftest import SMALL

READ = ["build", "--target", "spark", "--exclude-resource-type", "unit_test"]
# Without tests that also look at models which are not built here.
READ += ["--indirect-selection", "cautious", "--select"]
READ += ["stg_raw_log", "stg_log_rows", "assert_every_row_is_accounted_for"]
HEADER = "customer_id,product_id,event,event_date,product_name\n"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> BuildFolder:
    """One for all tests: Spark takes seconds to set up its catalogue of tables."""
    return BuildFolder(tmp_path_factory.mktemp("reading") / "build")


@pytest.fixture
def log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name, value in SMALL.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("PYTHONPATH", str(PROJECT))
    return tmp_path / "log.csv"


def test_an_unclosed_quote_stops_the_build(log: Path, folder: BuildFolder) -> None:
    """Spark takes the rest of the file for a name; the test says so in its own words."""
    log.write_text(
        HEADER + '1,2,cart,2023-01-01,"red\nrug"\n'
        '2,2,cart,2023-01-01,"rug\n3,2,cart,2023-01-01,rug\n'
    )
    run = run_dbt(READ, {"log": str(log)}, folder)
    assert run.exit_code == 1
    assert run.problems == [
        f"{log} has 3 rows, but 2 were found: lines were lost. Look for a quote that is not"
        " closed, and write all lines with the same line end."
    ]


def test_what_spark_cannot_read_is_said_in_one_sentence(
    log: Path, folder: BuildFolder
) -> None:
    log.write_text(HEADER)
    run = run_dbt(READ, {"log": str(log), "time_format": "%U %Y"}, folder)
    assert run.exit_code != 0
    assert len(run.problems) == 1
    assert run.problems[0].startswith(
        "Setting time_format = %U %Y: expected on Spark only %Y"
    )
    run = run_dbt(READ, {"log": str(log.with_name("none.csv"))}, folder)
    assert len(run.problems) == 1
    assert run.problems[0].startswith(
        f"No log at {log.with_name('none.csv')}: expected a CSV"
    )
    run = run_dbt(READ, {"log": str(log), "skip_lines": 1}, folder)
    assert len(run.problems) == 1
    assert run.problems[0].startswith("skip_lines: Spark cannot pass over lines above the")


def test_files_that_spark_would_pass_over_are_named(log: Path, folder: BuildFolder) -> None:
    hidden = log.with_name("_log.csv")
    hidden.write_text(HEADER + "1,2,cart,2023-01-01,rug\n")
    run = run_dbt(READ, {"log": str(hidden)}, folder)
    assert run.problems == [
        f"{hidden} begins with _, and Spark passes over such files: rename it."
    ]
