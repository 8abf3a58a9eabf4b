"""Folders called `name=value`: a file's own column counts, they add what it lacks."""

from pathlib import Path
from typing import Any

import duckdb
import pytest

from scripts.build.dbt_run import run_dbt
from scripts.build.incremental import run_incrementally
from scripts.build.input_columns import Input, columns_of
from scripts.build.log_state import read_log_state
from scripts.build_folder import BuildFolder
from scripts.campaigns.opt_outs import note_opt_outs, noted_opt_outs
from scripts.settings.input_format import InputFormat

GROWING = ["build", "--resource-type", "model", "--resource-type", "seed"]
GROWING += ["--select", "+config.materialized:incremental"]
INPUTS = ["stg_suppressions", "stg_contacts", "stg_customer_attributes"]
READ = [*GROWING, *INPUTS, "stg_experiment_units"]


def rows(folder: BuildFolder, query: str) -> list[Any]:
    with duckdb.connect(folder.warehouse, read_only=True) as warehouse:
        return warehouse.execute(query).fetchall()


def csv(path: Path, content: str) -> str:
    path.parent.mkdir(parents=True)
    path.write_text(content)
    return str(path)


def day(log: Path, number: int, columns: str = "") -> None:
    """A file of customer `number` in the folder of its day, and of a product's name."""
    file = log / "product_name=red%20lamp" / f"event_date=2024-01-0{number}" / "a.parquet"
    file.parent.mkdir(parents=True)
    duckdb.sql(
        f"select {number} as customer_id, 2 as product_id, 'cart' as event {columns}"
    ).write_parquet(str(file))


@pytest.mark.slow
def test_a_folder_replaces_no_column_of_a_file(folder: BuildFolder, tmp_path: Path) -> None:
    log = tmp_path / "log"
    # Only the second file lacks the time that its folder says.
    day(log, 1, ", timestamp '2024-01-01 10:30' as event_date")
    day(log, 2)
    settings = {
        "log": f"{log}/**/*.parquet",
        "suppressions": csv(tmp_path / "customer_id=all" / "a.csv", "customer_id\n1\n2\n"),
        "contacts": csv(
            tmp_path / "cost=7" / "contacted_at=2024-02-01" / "a.csv",
            "customer_id,cost\n1,0.5\n",
        ),
        "customer_attributes": csv(
            tmp_path / "customer_id=9" / "country=de" / "a.csv",
            "customer_id,tier\n1,gold\n",
        ),
        "experiment_units": csv(
            tmp_path / "unit_id=9" / "arm=treatment" / "a.csv",
            "experiment_id,unit_id,arm\ntrial,a,control\n",
        ),
    }
    run = run_dbt(READ, settings, folder)
    assert run.problems == []
    assert rows(
        folder,
        "select customer_id, event_at::text, product_name from staging.stg_log_rows"
        " order by 1",
    ) == [(1, "2024-01-01 10:30:00", "red lamp"), (2, "2024-01-02 00:00:00", "red lamp")]
    assert rows(folder, "select customer_id from staging.stg_suppressions order by 1") == [
        (1,),
        (2,),
    ]
    assert rows(
        folder, "select customer_id, contacted_at::text, cost from staging.stg_contacts"
    ) == [(1, "2024-02-01 00:00:00", 0.5)]
    assert rows(
        folder,
        "select customer_id, attribute_1, attribute_2 from staging.stg_customer_attributes",
    ) == [(1, "gold", "de")]
    assert rows(folder, "select unit_id, arm from staging.stg_experiment_units") == [
        ("a", "control")
    ]


@pytest.mark.slow
def test_new_files_get_their_time_from_their_folders(
    folder: BuildFolder, tmp_path: Path
) -> None:
    log = tmp_path / "log"
    settings = {"log": f"{log}/**/*.parquet"}
    for number in (1, 2):
        day(log, number)
        assert run_incrementally(GROWING, settings, folder).problems == []
    state = read_log_state(folder)
    assert state is not None
    assert [file.batch for _, file in sorted(state.files.items())] == [1, 2]
    found = "select customer_id, event_at::text from staging.stg_interactions order by 1"
    assert rows(folder, found) == [
        (1, "2024-01-01 00:00:00"),
        (2, "2024-01-02 00:00:00"),
    ]


def test_columns_of_paths_come_after_those_of_files(tmp_path: Path) -> None:
    names = ("Customer_ID=7", "dt=2024-01-05", "shop=012", "n=12")
    file = csv(tmp_path.joinpath(*names) / "log.csv", "customer_id,event\n1,cart\n")
    assert columns_of([file], Input(file, InputFormat())) == {
        "customer_id": "VARCHAR",
        "event": "VARCHAR",
        "dt": "DATE",
        "shop": "VARCHAR",
        "n": "BIGINT",
    }
    packed = file.replace(".csv", ".parquet")
    duckdb.sql("select 1 as customer_id, 'cart' as event").write_parquet(packed)
    assert columns_of([packed], Input(packed, InputFormat())) == {
        "customer_id": "INTEGER",
        "event": "VARCHAR",
        "dt": "DATE",
        "shop": "VARCHAR",
        "n": "BIGINT",
    }


def test_a_name_that_only_some_paths_have_is_no_column(tmp_path: Path) -> None:
    files = [
        csv(tmp_path / "shop=1" / "a.csv", "customer_id\n1\n"),
        csv(tmp_path / "other" / "a.csv", "customer_id\n1\n"),
    ]
    source = Input(f"{tmp_path}/*/a.csv", InputFormat())
    assert columns_of(files, source) == {"customer_id": "VARCHAR"}


def test_the_path_of_the_build_folder_says_nothing_of_opt_outs(tmp_path: Path) -> None:
    folder = BuildFolder(tmp_path / "customer_id=7" / "build")
    note_opt_outs(folder, ["2"], "asked by letter")
    assert noted_opt_outs(folder, are_numbers=False) == ["2"]
