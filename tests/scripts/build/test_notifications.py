"""Prometheus and a command of the user's choice learn what became of a refresh."""

import json
import sys
from datetime import datetime
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from scripts.build import notifications
from scripts.build.notifications import METRICS, notify, write_metrics
from scripts.build_folder import BuildFolder
from scripts.releases.drift import Drift
from scripts.releases.run_history import Run, recorded_run


def run(result: str = "published") -> Run:
    drift = Drift("rejected rows", "the reference", 0.03, 0.0, 0.03, 0.01, 0.05, "warn")
    return Run(
        7, "refresh", datetime(2026, 1, 2), 12.5, 345, "000007", result, drift=[drift]
    )


def test_prometheus_reads_what_is_written(tmp_path: Path) -> None:
    folder = BuildFolder(tmp_path)
    with recorded_run(folder, "build") as earlier:
        earlier.result = "published"
    write_metrics(folder, run("rolled back"))
    text = folder.metrics.read_text()
    families = {one.name: one for one in text_string_to_metric_families(text)}
    assert families.keys() == METRICS.keys()
    (rows,) = families["audience_refresh_rows"].samples
    assert rows.value == 345
    results = {
        sample.labels["result"]: sample.value
        for sample in families["audience_refresh_result"].samples
    }
    assert [name for name, value in results.items() if value] == ["rolled_back"]
    assert {"published", "unchanged", "blocked", "failed"} < results.keys()
    (level,) = families["audience_drift_level"].samples
    assert (level.labels["measure"], level.value) == ("rejected rows", 1)
    (published,) = families["audience_refresh_last_published_timestamp_seconds"].samples
    assert published.value > 1.7e9


def test_a_command_is_told_as_json(tmp_path: Path) -> None:
    kept = tmp_path / "told.json"
    program = f"import sys; open({str(kept)!r}, 'w').write(sys.stdin.read())"
    assert notify(f'{sys.executable} -c "{program}"', run()) is None
    told = json.loads(kept.read_text())
    assert (told["result"], told["release_id"], told["run_number"]) == (
        "published",
        "000007",
        7,
    )


def test_a_command_that_fails_is_named_and_stops_nothing() -> None:
    said = notify(f"{sys.executable} -c 'import sys; sys.exit(\"no route\")'", run())
    assert said is not None
    assert said.endswith("ended with exit code 1: no route")
    assert "could not be run" in (notify("no-such-program --now", run()) or "")


def test_a_command_that_does_not_end_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notifications, "COMMAND_SECONDS", 0.1)
    said = notify("sleep 60", run())
    assert said == "AUDIENCE_NOTIFY = sleep 60 took more than 0.1 s: stopped"
