"""Every run leaves a row in the history, whatever its result."""

import multiprocessing
import os
import subprocess
from datetime import datetime
from pathlib import Path

import pytest

from scripts.build_folder import BuildFolder
from scripts.releases import run_history
from scripts.releases.drift import DriftError
from scripts.releases.run_history import RolledBackError, read_history, recorded_run


def outcomes(folder: BuildFolder) -> list[tuple[int, str, str | None]]:
    return [(run.run_number, run.result, run.reason) for run in read_history(folder)]


@pytest.mark.parametrize(
    ("error", "result"),
    [
        (DriftError("too far"), "blocked"),
        (RolledBackError("worse"), "rolled back"),
        (ValueError("no file\nmore"), "failed"),
        (KeyboardInterrupt(), "interrupted"),
    ],
)
def test_an_error_becomes_the_result_of_its_run(
    tmp_path: Path, error: BaseException, result: str
) -> None:
    folder = BuildFolder(tmp_path / "build")
    with pytest.raises(type(error)), recorded_run(folder, "refresh"):
        raise error
    ((number, found, reason),) = outcomes(folder)
    assert (number, found) == (1, result)
    assert reason == (str(error).splitlines()[0] if str(error) else None)


def test_runs_are_numbered_and_timed(tmp_path: Path) -> None:
    folder = BuildFolder(tmp_path)
    for _ in range(2):
        with recorded_run(folder, "build") as run:
            assert outcomes(folder)[-1][1] == "running"
            run.result = "unchanged"
    first, second = read_history(folder)
    assert (first.run_number, second.run_number) == (1, 2)
    assert second.result == "unchanged"
    assert second.seconds is not None
    assert 0 <= second.seconds < 60


def test_runs_keep_their_order_if_the_clock_jumps_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = BuildFolder(tmp_path)
    for year in (2026, 1999):
        moment = datetime(year, 5, 1)
        monkeypatch.setattr(run_history, "_now", lambda moment=moment: moment)
        with recorded_run(folder, "build") as run:
            run.result = "published"
    found = [(run.run_number, run.started_at.year) for run in read_history(folder)]
    assert found == [(1, 2026), (2, 1999)]


@pytest.mark.parametrize("is_in_a_container", [False, True])
def test_a_run_without_a_result_was_killed(tmp_path: Path, is_in_a_container: bool) -> None:
    """In a container, the next run may have the same process id."""
    folder = BuildFolder(tmp_path)
    ended = subprocess.Popen(["true"])
    ended.wait()
    with recorded_run(folder, "build") as run:
        run.process = os.getpid() if is_in_a_container else ended.pid
    # A killed run leaves its row like this.
    run.result, run.seconds = "running", None
    run_history.record_run(folder, run)
    with recorded_run(folder, "refresh") as later:
        later.result = "published"
    assert [result for _, result, _ in outcomes(folder)] == ["killed", "published"]


def test_a_history_that_cannot_be_read_is_renamed(tmp_path: Path) -> None:
    folder = BuildFolder(tmp_path)
    folder.history.write_bytes(b"no Parquet")
    with recorded_run(folder, "build") as run:
        run.result = "published"
    assert outcomes(folder) == [(1, "published", None)]
    assert (tmp_path / "history.parquet.damaged-1").read_bytes() == b"no Parquet"


def test_a_history_that_cannot_be_written_does_not_stop_a_run(tmp_path: Path) -> None:
    folder = BuildFolder(tmp_path / "file")
    folder.root.write_text("where a folder should be")
    with recorded_run(folder, "build") as run:
        run.result = "published"
    assert read_history(folder) == []


def _note_one(root: Path) -> None:
    with recorded_run(BuildFolder(root), "refresh") as run:
        run.result = "unchanged"


def test_runs_at_the_same_time_each_add_a_row(tmp_path: Path) -> None:
    spawning = multiprocessing.get_context("spawn")
    with spawning.Pool(2) as pool:
        pool.map(_note_one, [tmp_path] * 12)
    numbers = [number for number, _, _ in outcomes(BuildFolder(tmp_path))]
    assert numbers == list(range(1, 13))
