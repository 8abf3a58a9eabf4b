"""Report the result of a refresh: Prometheus, and a command of the user's choice."""

import contextlib
import json
import shlex
import subprocess
from collections.abc import Iterable
from datetime import UTC, datetime

from scripts.build_folder import BuildFolder
from scripts.releases.run_history import RESULTS, Run, read_history

COMMAND_SECONDS = 30
LEVELS = {"ok": 0, "warn": 1, "block": 2}
# Name and meaning. Alarms on them are in deploy/monitoring.
METRICS = {
    "audience_refresh_last_run_timestamp_seconds": "Start of the last refresh",
    "audience_refresh_last_published_timestamp_seconds": "Start of the last published run",
    "audience_refresh_duration_seconds": "Duration of the last refresh",
    "audience_refresh_rows": "Interactions of the release that it published",
    "audience_refresh_result": "1 for the result of the last refresh",
    "audience_drift_value": "Drift of the last build, by measure",
    "audience_drift_level": "0 within bounds, 1 a warning, 2 blocked",
}


def write_metrics(folder: BuildFolder, run: Run) -> None:
    """Write what node_exporter's textfile collector reads.

    Raises:
        OSError: it could not be written.
    """
    published = [one for one in read_history(folder) if one.result == "published"]
    samples: dict[str, list[tuple[str, float]]] = {
        "audience_refresh_last_run_timestamp_seconds": [("", _seconds(run.started_at))],
        "audience_refresh_last_published_timestamp_seconds": [
            ("", _seconds(one.started_at)) for one in published[-1:]
        ],
        "audience_refresh_duration_seconds": [("", run.seconds or 0)],
        "audience_refresh_rows": [
            ("", count) for count in [run.interaction_count] if count is not None
        ],
        "audience_refresh_result": [
            (_labels(result=result.replace(" ", "_")), float(result == run.result))
            for result in RESULTS
        ],
        "audience_drift_value": [
            (_labels(measure=one.measure, compared_with=one.compared_with), one.drift)
            for one in run.drift
            if one.drift is not None
        ],
        "audience_drift_level": [
            (
                _labels(measure=one.measure, compared_with=one.compared_with),
                LEVELS[one.level],
            )
            for one in run.drift
            if one.level in LEVELS
        ],
    }
    folder.metrics.parent.mkdir(parents=True, exist_ok=True)
    # For the user of node_exporter: figures of a run, no personal data.
    with contextlib.suppress(PermissionError):  # Another user's volume.
        folder.metrics.parent.chmod(0o755)
    unfinished = folder.metrics.with_suffix(".unfinished")
    unfinished.write_text("".join(_exposition(samples)), encoding="utf-8")
    unfinished.chmod(0o644)
    unfinished.replace(folder.metrics)


def notify(command: str, run: Run) -> str | None:
    """Run a command with the run as JSON on its standard input.

    Returns:
        What went wrong, or None.
    """
    told = {name: value for name, value in run.row().items() if name != "inputs"}
    try:
        done = subprocess.run(
            shlex.split(command),
            input=json.dumps(told, default=str),
            capture_output=True,
            text=True,
            timeout=COMMAND_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return f"AUDIENCE_NOTIFY = {command} took more than {COMMAND_SECONDS} s: stopped"
    except (OSError, ValueError) as error:
        return f"AUDIENCE_NOTIFY = {command} could not be run: {error}"
    if done.returncode:
        said = done.stderr.strip().splitlines()
        return (
            f"AUDIENCE_NOTIFY = {command} ended with exit code {done.returncode}:"
            f" {said[-1] if said else 'without a message'}"
        )
    return None


def _seconds(started_at: datetime) -> float:
    return started_at.replace(tzinfo=UTC).timestamp()


def _labels(**labels: str) -> str:
    escapes = str.maketrans({"\\": r"\\", '"': r"\"", "\n": r"\n"})
    return (
        "{"
        + ",".join(f'{name}="{value.translate(escapes)}"' for name, value in labels.items())
        + "}"
    )


def _exposition(samples: dict[str, list[tuple[str, float]]]) -> Iterable[str]:
    for name, meaning in METRICS.items():
        yield f"# HELP {name} {meaning}\n# TYPE {name} gauge\n"
        for labels, value in samples[name]:
            yield f"{name}{labels} {value:.10g}\n"
