"""When a build continues from the last one, and why it does not."""

import json
import os
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

from scripts.build import incremental
from scripts.build.incremental import ReadingPlan, note_reading, plan_reading
from scripts.build.log_state import read_log_state, write_log_state
from scripts.build_folder import BuildFolder
from scripts.settings.build_settings import BuildSettings

HEADER = "customer_id,product_id,event,event_date\n"
RUN = "the last run"


@dataclass
class Built:
    """A log of two files and the warehouse that a build has left of it."""

    log: Path
    folder: BuildFolder
    settings: dict[str, Any]

    def write(self, name: str, text: str = HEADER, seconds: int = 1_700_000_000) -> None:
        (self.log / name).write_text(text)
        os.utime(self.log / name, (seconds, seconds))

    def plan(self, **settings: Any) -> ReadingPlan:
        return plan_reading(self.folder, self.settings | settings)

    def change(self, statement: str) -> None:
        with duckdb.connect(self.folder.warehouse) as connection:
            connection.execute(statement)


@pytest.fixture
def built(tmp_path: Path) -> Built:
    log, folder = tmp_path / "log", BuildFolder(tmp_path / "build")
    log.mkdir()
    folder.root.mkdir()
    built = Built(log, folder, {"log": f"{log}/*.csv"})
    built.write("1.csv")
    built.write("2.csv")
    built.change("create schema staging")
    built.change("create table staging.stg_interactions (batch bigint)")
    built.change(f"create table last_run as select '{RUN}' as invocation_id")
    state = built.plan().state
    finished = replace(state, invocation_id=RUN, tables=["staging.stg_interactions"])
    write_log_state(folder, finished)
    return built


@pytest.mark.parametrize("is_forced", [False, True])
def test_new_files_of_a_run_that_wrote_nothing_stay_new(
    built: Built, *, is_forced: bool
) -> None:
    """It was killed at its start: the results are those of the run before."""
    before = read_log_state(built.folder)
    built.write("3.csv")
    plan = plan_reading(built.folder, built.settings, is_forced=is_forced)
    leave_results(built.folder, RUN)
    note_reading(built.folder, plan)
    assert read_log_state(built.folder) == before
    # What a run has read is noted.
    built.change("update last_run set invocation_id = 'the next run'")
    leave_results(built.folder, "the next run")
    note_reading(built.folder, plan)
    state = read_log_state(built.folder)
    assert state is not None
    assert (state.invocation_id, len(state.files)) == ("the next run", 3)
    assert built.plan().new_files == []


def leave_results(folder: BuildFolder, run: str) -> None:
    """What dbt writes at the end of a run that built the table that grows."""
    node = {
        "resource_type": "model",
        "config": {"materialized": "incremental"},
        "schema": "staging",
        "alias": "stg_interactions",
        "depends_on": {"nodes": []},
    }
    folder.dbt_target.mkdir(exist_ok=True)
    (folder.dbt_target / "manifest.json").write_text(json.dumps({"nodes": {"model": node}}))
    results = [{"unique_id": "model", "status": "success"}]
    (folder.dbt_target / "run_results.json").write_text(
        json.dumps({"metadata": {"invocation_id": run}, "results": results})
    )


def test_nothing_new_is_a_plan_too(built: Built) -> None:
    plan = built.plan()
    assert plan.variables == {"new_log_files": [], "log_batch": 2}
    assert plan.sentence == (
        "Continuing from the last build: 0 of 2 files of the log are new."
    )


def test_new_files_are_read_by_the_next_batch(built: Built) -> None:
    built.write("0.csv")
    built.write(".hidden.csv")
    plan = built.plan()
    assert plan.variables == {"new_log_files": [f"{built.log}/0.csv"], "log_batch": 2}
    assert [file.batch for _, file in sorted(plan.state.files.items())] == [2, 1, 1]


@pytest.mark.parametrize(
    ("change", "settings", "reason"),
    [
        (lambda built: built.folder.log_state.unlink(), {}, "this is the first build"),
        (lambda built: built.folder.warehouse.unlink(), {}, "this is the first build"),
        (lambda built: built.folder.log_state.write_text("{"), {}, "the first build"),
        (lambda built: built.folder.log_state.write_text('{"files": 1}'), {}, "the first"),
        (
            lambda built: built.change("update last_run set invocation_id = 'by hand'"),
            {},
            "the last build did not finish, or dbt was run by hand since",
        ),
        (
            lambda _: None,
            {"automated": "exclude"},
            "the setting automated: exclude needs all rows of a customer",
        ),
        (lambda _: None, {"top_n": 3}, "settings, seeds, models, macros, versions or the"),
        (
            lambda built: built.change("drop table staging.stg_interactions"),
            {},
            "staging.stg_interactions is missing",
        ),
        (lambda built: built.write("2.csv", f"{HEADER}1\n"), {}, "2.csv has changed"),
        (lambda built: built.write("2.csv", seconds=1), {}, "2.csv has changed"),
        (lambda built: (built.log / "2.csv").unlink(), {}, "2.csv no longer exists"),
        (
            lambda built: [built.write(f"{number}.csv") for number in range(3, 504)],
            {},
            "more than 500 of its files are new",
        ),
    ],
)
def test_the_whole_log_is_read_for_a_reason(
    built: Built, change: Callable[[Built], Any], settings: dict[str, Any], reason: str
) -> None:
    change(built)
    plan = built.plan(**settings)
    assert reason in str(plan.reason)
    assert plan.sentence == f"Reading the whole log: {plan.reason}."
    assert plan.variables == {"new_log_files": None, "log_batch": 1}
    assert {file.batch for file in plan.state.files.values()} == {1}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        (name, yaml.safe_load(example))
        for name, field in BuildSettings.model_fields.items()
        for example in field.examples or []
        if name not in ("log", "columns", "expressions", "time_format")
    ],
)
def test_every_setting_counts(built: Built, name: str, value: object) -> None:
    assert str(built.plan(**{name: value}).reason).startswith("settings, seeds, models")


def test_a_model_that_changed_is_a_reason(
    built: Built, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(incremental, "project_fingerprint", lambda *_: "another")
    assert "models, macros" in str(built.plan().reason)


def test_a_plan_waits_for_a_file_to_settle(built: Built) -> None:
    """Within the same instant it may change again, with the same size and time."""
    (built.log / "2.csv").write_text(HEADER)
    modified_at = (built.log / "2.csv").stat().st_mtime_ns
    state = built.plan().state
    assert state.files[f"{built.log}/2.csv"].modified_at == modified_at
    assert time.time_ns() - modified_at > 2_000_000_000


def test_a_file_of_the_future_counts_as_changed(built: Built) -> None:
    """Its clock is not ours: it may change unseen."""
    built.write("2.csv", seconds=int(time.time()) + 1000)
    state = built.plan().state
    assert state.files[f"{built.log}/2.csv"].modified_at is None
    finished = replace(state, invocation_id=RUN)
    write_log_state(built.folder, finished)
    assert read_log_state(built.folder) == finished
    assert "2.csv has changed" in str(built.plan().reason)


def test_new_files_of_other_types_are_a_reason(built: Built) -> None:
    built.settings = {"log": f"{built.log}/*.parquet"}
    for number, value in enumerate(("1::bigint", "2::double")):
        file = built.log / f"{number}.parquet"
        duckdb.sql(f"select {value} as customer_id").write_parquet(str(file))
        os.utime(file, (1, 1))
        plan = built.plan()
        write_log_state(built.folder, replace(plan.state, invocation_id=RUN))
    # Together they are doubles: that alone changes what the old file is read as.
    assert "the columns of the log have changed" in str(plan.reason)
    duckdb.sql("select 3::bigint as customer_id").write_parquet(f"{built.log}/2.parquet")
    reason = "the columns or types of the new files differ from those of the whole log"
    assert built.plan().reason == reason


def test_the_whole_log_is_read_if_asked_for(built: Built) -> None:
    plan = plan_reading(built.folder, built.settings, is_forced=True)
    assert plan.sentence == "Reading the whole log: a full build was asked for."
