"""When a build renews the evidence, and when it leaves it as it is."""

import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest
from rich.console import Console

from scripts.build import evidence_cadence, model_build, pipeline, project_fingerprint
from scripts.build.dbt_run import DbtRun
from scripts.build.evidence_cadence import (
    UNRELATED_SETTINGS,
    note_evidence,
    plan_evidence,
)
from scripts.build.preconditions import BuildError
from scripts.build_folder import BuildFolder
from scripts.releases.evidence_state import (
    evidence_nodes,
    read_artifact,
    read_state,
)
from tests.conftest import FinishedBuild, copy_project

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
SETTINGS = {"log": "events/*.csv"}


@pytest.fixture
def measured(built: BuildFolder) -> BuildFolder:
    """A build folder whose evidence was measured at noon."""
    note_evidence(built, SETTINGS, NOON)
    return built


def is_due(folder: BuildFolder, after: timedelta = timedelta(1), **settings: Any) -> bool:
    return plan_evidence(folder, SETTINGS | settings, now=NOON + after).is_due


def test_evidence_stays_for_a_week_and_the_build_says_so(measured: BuildFolder) -> None:
    plan = plan_evidence(measured, SETTINGS, now=NOON + timedelta(days=6, hours=23))
    assert plan.selector == "daily"
    assert plan.sentence == (
        "Keeping the evidence of 2026-11-21; it is renewed after 7 days"
        " (`audience evidence` renews it now)."
    )
    plan = plan_evidence(measured, SETTINGS, now=NOON + timedelta(days=7))
    assert plan.selector == "everything"
    assert plan.sentence == (
        "Measuring the evidence: it was measured on 2026-11-21, and evidence_days is 7."
    )


@pytest.mark.parametrize(
    ("days", "hours", "due"),
    [(0, 0, True), (1, 23, False), (1, 24, True), (30, 29 * 24, False), (30, -1, True)],
)
def test_the_age_is_a_setting(
    measured: BuildFolder, days: int, hours: int, due: bool
) -> None:
    """A time before the measurement comes from a clock that was wrong."""
    assert is_due(measured, timedelta(hours=hours), evidence_days=days) == due


def test_evidence_is_due_where_there_is_none(folder: BuildFolder) -> None:
    plan = plan_evidence(folder, SETTINGS)
    assert plan.is_due
    assert "there is none yet" in plan.sentence


def test_evidence_is_due_when_asked_for_and_on_spark(measured: BuildFolder) -> None:
    assert not is_due(measured)
    assert plan_evidence(measured, SETTINGS, is_asked=True, now=NOON).is_due
    assert plan_evidence(measured, SETTINGS, "spark", now=NOON).is_due


@pytest.mark.parametrize(
    ("setting", "due"),
    [
        ({"recency_days": 30}, True),
        ({"row_filter": "event <> 'cart'"}, True),
        ({"log": "other/*.csv"}, True),
        ({"top_n": 3}, True),
        ({"exclude": "purchased"}, True),
        ({"ranking": "engagement"}, True),
        ({"product_attributes": "products.csv"}, True),
        ({"suppressions": "crm.csv"}, False),
    ],
)
def test_evidence_is_due_when_a_setting_behind_it_has_changed(
    measured: BuildFolder, setting: dict[str, Any], due: bool
) -> None:
    assert is_due(measured, **setting) == due


@pytest.mark.parametrize(
    ("file", "due"),
    [
        ("seeds/event_weights.csv", True),
        ("seeds/campaigns.csv", False),
        ("models/staging/stg_interactions.sql", True),
        ("models/marts/evaluation/_targeting__models.yml", True),
        ("models/intermediate/rankings/ranking_hybrid.sql", True),
        ("models/marts/campaigns/campaign_audiences.sql", False),
        ("macros/evaluation/round_sizes.sql", True),
        ("tests/warehouse/assert_new_rule.sql", True),
    ],
)
def test_evidence_is_due_when_a_file_behind_it_has_changed(
    built: BuildFolder,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    file: str,
    due: bool,
) -> None:
    project = copy_project(tmp_path)
    for module in (evidence_cadence, project_fingerprint):
        monkeypatch.setattr(module, "PROJECT", project)
    note_evidence(built, SETTINGS, NOON)
    assert not is_due(built)
    with (project / file).open("a") as changed:
        changed.write("\n")
    assert is_due(built) == due


def test_evidence_is_due_when_rankings_were_learnt_since(measured: BuildFolder) -> None:
    measured.evidence.mkdir()
    (measured.evidence / "als_rankings.parquet").write_bytes(b"rankings")
    assert is_due(measured)


@pytest.mark.parametrize(
    "change",
    [
        "drop table intermediate.int_rolling_origins",
        "delete from marts.targeting_deciles where decile = 3",
        "insert into marts.targeting_deciles from marts.targeting_deciles limit 1",
        "update intermediate.int_evaluation_window set measured_until = '2020-01-01'",
    ],
)
def test_evidence_is_due_when_the_warehouse_holds_another(
    measured: BuildFolder, change: str
) -> None:
    assert not is_due(measured)
    with duckdb.connect(measured.warehouse) as warehouse:
        warehouse.execute(change)
    assert is_due(measured)
    measured.warehouse.unlink()
    assert is_due(measured)


@pytest.mark.parametrize("half", ["", "{", "[]", '{"measured_at": "yesterday"}'])
def test_evidence_is_due_when_its_state_cannot_be_read(
    measured: BuildFolder, half: str
) -> None:
    measured.evidence_state.write_text(half)
    assert read_state(measured) is None
    assert is_due(measured)


def test_a_run_that_left_the_evidence_out_notes_nothing(measured: BuildFolder) -> None:
    before = measured.evidence_state.read_bytes()
    nodes = evidence_nodes(read_artifact(measured, "manifest.json"))
    results = read_artifact(measured, "run_results.json")
    assert nodes <= {result["unique_id"] for result in results["results"]}
    results["results"].remove(
        next(result for result in results["results"] if result["unique_id"] in nodes)
    )
    (measured.dbt_target / "run_results.json").write_text(json.dumps(results))
    note_evidence(measured, SETTINGS, NOON + timedelta(days=3))
    assert measured.evidence_state.read_bytes() == before


@pytest.mark.parametrize("days", [0, 3_650])
def test_evidence_that_a_failed_build_was_measuring_is_due_again(
    built: BuildFolder, monkeypatch: pytest.MonkeyPatch, days: int
) -> None:
    settings = SETTINGS | {"evidence_days": days}
    note_evidence(built, settings, datetime.now(UTC))
    commands: list[list[str]] = []

    def fail(command: list[str], *_: object, **__: object) -> DbtRun:
        commands.append(command)
        return DbtRun(exit_code=1, seconds=0, problems=["Test x failed"])

    monkeypatch.setattr(model_build, "run_incrementally", fail)
    with pytest.raises(BuildError, match="Test x failed"):
        pipeline.build_and_publish(built, Console(), settings, 5, 0, {})
    (command,) = commands
    assert command[-2:] == ["--selector", "daily" if days else "everything"]
    assert (read_state(built) is None) == (days == 0)


def test_no_model_behind_the_evidence_reads_an_unrelated_setting(
    dirty_build: FinishedBuild,
) -> None:
    manifest = read_artifact(dirty_build.folder, "manifest.json")
    nodes = manifest["nodes"] | manifest["macros"]
    waiting = [name for name in evidence_nodes(manifest) if name.startswith("model.")]
    found: dict[str, str] = {}
    while waiting:
        name = waiting.pop()
        if name not in found and name in nodes and "product_audience" in name:
            node = nodes[name]
            found[name] = node.get("macro_sql") or node.get("raw_code") or ""
            waiting += node["depends_on"].get("nodes", [])
            waiting += node["depends_on"].get("macros", [])
    read = {
        setting
        for text in found.values()
        for setting in re.findall(r"\bvar\('(\w+)'", text)
    }
    assert {"split_quantile", "row_filter"} <= read
    assert read & UNRELATED_SETTINGS == set()
