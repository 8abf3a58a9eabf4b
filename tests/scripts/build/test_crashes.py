"""Builds that are killed: whenever it happens, no reader and no later build notices."""

import contextlib
import os
import random
import re
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest
from rich.console import Console

from scripts import folder_lock
from scripts.build import model_build
from scripts.build.dbt_run import DBT_PROCESS, DbtRun
from scripts.build.parsed_project import parsed_project
from scripts.build.pipeline import build_and_publish
from scripts.build.preconditions import BuildError, check_warehouse
from scripts.build_folder import PROJECT, BuildFolder
from scripts.folder_lock import FolderInUseError
from scripts.releases.evidence_state import forget_state
from scripts.releases.release_folder import ReleaseFolder
from scripts.synthetic.interactions import generate
from tests.conftest import public_tables, run_audience
from tests.daily_log import DailyLog
from tests.readers import Readers

# Whom the signal reaches: all of a build, or one of its two programs.
VICTIMS = ("both", "build", "dbt")
KILLS = 26


@dataclass
class KilledBuild:
    """What became of a build that was to be killed.

    Attributes:
        killed: False where it had ended before.
    """

    killed: bool
    output: str
    exit_code: int


def kill_a_build(
    folder: BuildFolder,
    log: str | None,
    victim: str,
    delay: float,
    after: str = "",
) -> KilledBuild:
    """Start a build, or a refresh, and kill it or a part of it.

    Args:
        log: of the build; None starts a refresh.
        victim: one of VICTIMS; where there is no dbt, both.
        delay: seconds until then.
        after: what the build has to say before they begin.
    """
    said = folder.root.parent / "said.txt"
    command = ["refresh"] if log is None else ["build", "--log", log]
    with said.open("w") as output:
        program = psutil.Popen(
            [sys.executable, "-m", "scripts.cli", *command],
            cwd=PROJECT,
            env=os.environ
            | {"AUDIENCE_BUILD_DIR": str(folder.root), "PYTHONPATH": str(PROJECT)},
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    while after not in said.read_text() and program.poll() is None:
        time.sleep(0.005)
    with contextlib.suppress(psutil.TimeoutExpired):
        program.wait(delay)
    killed = program.poll() is None
    if killed:
        children = [child for child in program.children() if is_dbt(child)]
        if victim == "build":
            program.kill()
        elif victim == "dbt" and children:
            with contextlib.suppress(psutil.NoSuchProcess):
                children[0].kill()
        else:
            os.killpg(program.pid, signal.SIGKILL)
    exit_code = program.wait(timeout=600)
    return KilledBuild(killed and exit_code != 0, said.read_text(), exit_code)


def is_dbt(process: psutil.Process) -> bool:
    try:
        return str(DBT_PROCESS) in process.cmdline()
    except psutil.Error:
        return False  # It has ended meanwhile.


def dead_process() -> int:
    program = subprocess.Popen(["true"])
    program.wait()
    return program.pid


def check_nothing_is_left(folder: BuildFolder) -> None:
    assert not folder.spill.exists()
    assert not list(folder.releases.glob(".unfinished-*"))


def build_and_compare(folder: BuildFolder, log: str, fresh: BuildFolder) -> None:
    """An undisturbed build gives the same as a build from nothing."""
    # As after a week: the evidence is renewed.
    forget_state(folder)
    for each in (folder, fresh):
        outcome = run_audience(each, "build", "--log", log)
        assert outcome.returncode == 0, outcome.stderr
        check_nothing_is_left(each)
    found, expected = public_tables(folder), public_tables(fresh)
    assert found.keys() == expected.keys()
    assert [name for name in expected if found[name] != expected[name]] == []


@pytest.mark.long
@pytest.mark.parametrize("seed", [1, 2])
def test_builds_that_are_killed_at_any_moment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setenv("TMPDIR", str(temporary))
    log = DailyLog(tmp_path, days=90)
    started = time.monotonic()
    fresh = run_audience(BuildFolder(tmp_path / "first"), "build", "--log", log.pattern)
    takes = time.monotonic() - started
    assert fresh.returncode == 0, fresh.stderr
    said = re.search(r"publish ([\d.]+) s", fresh.stdout)
    assert said is not None
    publishing_takes = float(said[1])

    folder = BuildFolder(tmp_path / "killed" / "build")
    folder.root.mkdir(parents=True)
    readers = Readers(folder)
    chance = random.Random(seed)
    kills = 0
    while kills < KILLS:
        log.grow(chance.randrange(3))
        victim = VICTIMS[kills % len(VICTIMS)]
        # Publishing is short: without this it would hardly ever be hit.
        publishes = kills % 5 == 4
        outcome = kill_a_build(
            folder,
            log.pattern,
            victim,
            chance.uniform(0, publishing_takes if publishes else takes),
            after="Publishing" if publishes else "",
        )
        assert "Traceback" not in outcome.output
        assert outcome.exit_code in (0, 1, -signal.SIGKILL), outcome.output
        assert outcome.exit_code != 1 or "dbt was killed" in outcome.output, outcome.output
        readers.look()
        kills += outcome.killed
        if outcome.killed and kills % 13 == 0:
            build_and_compare(folder, log.pattern, BuildFolder(tmp_path / f"fresh-{kills}"))
            readers.look()
    assert list(temporary.iterdir()) == []


@pytest.mark.slow
def test_what_is_served_survives_builds_that_are_killed(
    published: BuildFolder, tmp_path: Path
) -> None:
    log = tmp_path / "log.csv"
    generate(log, scale=0.002)
    served = ReleaseFolder(published.releases).current()
    readers = Readers(published)
    for victim, delay in (("build", 0.1), ("both", 3), ("dbt", 2)):
        outcome = kill_a_build(published, str(log), victim, delay, after="Building")
        assert outcome.killed
        readers.look()
        assert ReleaseFolder(published.releases).current() == served
    assert (
        "error: dbt was killed, most likely because the system ran out of memory: lower"
        in (outcome.output)
    )
    assert outcome.output.endswith("published; the last release is still served.\n")
    assert "Traceback" not in outcome.output
    with published.lock():
        pass
    check_nothing_is_left(published)


@pytest.mark.long
def test_whatever_a_killed_build_has_left_is_no_hindrance(
    published: BuildFolder, tmp_path: Path
) -> None:
    """Each of these is worse than what a signal leaves: a machine may lose its power."""
    log = tmp_path / "log.csv"
    generate(log, scale=0.002)
    with published.warehouse.open("r+b") as warehouse:
        warehouse.truncate(100_000)
    for name in ("warehouse.duckdb.wal", "warehouse.duckdb.wal.checkpoint"):
        (published.root / name).write_bytes(b"no log of changes" * 99)
    for name in ("manifest.json", "run_results.json"):
        file = published.dbt_target / name
        file.write_bytes(file.read_bytes()[:5_000])
    published.log_state.write_text('{"files": {"1.csv"')
    parsed = parsed_project(published, {"log": str(log)}, "duckdb")
    parsed.parent.mkdir(parents=True, exist_ok=True)
    parsed.write_bytes(b"half")
    published.spill.mkdir(parents=True, exist_ok=True)
    (published.spill / "duckdb_temp_storage_DEFAULT-0.tmp").write_bytes(b"0" * 999)
    (published.root / ".lock").write_text(str(dead_process()))
    half = published.releases / ".unfinished-000002-20230401T000000Z"
    (half / "parquet").mkdir(parents=True)
    (half / "audience.duckdb").write_bytes(b"half")
    (published.releases / ".unfinished-current").symlink_to("nowhere")
    build_and_compare(published, str(log), BuildFolder(tmp_path / "fresh"))
    Readers(published).look()


def test_a_damaged_warehouse_is_set_aside(
    built: BuildFolder, capsys: pytest.CaptureFixture[str]
) -> None:
    whole = built.warehouse.read_bytes()
    for damage in (b"", b"no database" * 999, whole[:4096], whole[: len(whole) // 2]):
        built.warehouse.write_bytes(damage)
        check_warehouse(built, Console(soft_wrap=True))
        assert not built.warehouse.exists()
        assert (built.root / "warehouse.duckdb.damaged").read_bytes() == damage
        said = capsys.readouterr().out
        assert "warehouse.duckdb is damaged (" in said
        assert "it is now called warehouse.duckdb.damaged, which you may remove" in said
    check_warehouse(built, Console())
    assert capsys.readouterr().out == ""


def test_a_damaged_log_of_changes_is_set_aside_with_its_warehouse(
    folder: BuildFolder,
) -> None:
    """It would be replayed into the next warehouse."""
    folder.root.mkdir(parents=True)
    killed = (
        "import duckdb, os, sys; connection = duckdb.connect(sys.argv[1]);"
        " connection.execute('create table things as from range(9)'); os._exit(9)"
    )
    subprocess.run([sys.executable, "-c", killed, str(folder.warehouse)], check=False)
    changes = folder.root / "warehouse.duckdb.wal"
    damaged = bytearray(changes.read_bytes())
    damaged[30] ^= 255
    changes.write_bytes(damaged)
    check_warehouse(folder, Console())
    assert {path.name for path in folder.root.glob("warehouse*")} == {
        "warehouse.duckdb.damaged",
        "warehouse.duckdb.damaged.wal",
    }


def test_a_warehouse_that_may_not_be_opened_is_not_taken_for_damaged(
    folder: BuildFolder,
) -> None:
    """A folder in its place stands for a file without permission: root may open all."""
    folder.warehouse.mkdir(parents=True)
    with pytest.raises(BuildError, match="cannot be opened"):
        check_warehouse(folder, Console())
    assert folder.warehouse.exists()


def test_damage_that_dbt_comes_upon_makes_it_read_everything_again(
    built: BuildFolder,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    found: list[bool] = []

    def run_incrementally(*_: object, **__: object) -> DbtRun:
        found.append(built.warehouse.exists())
        if len(found) == 1:
            problem = "IO Error: Corrupt database file: computed checksum 1"
            return DbtRun(exit_code=1, seconds=0, problems=[problem], is_damaged=True)
        return DbtRun(exit_code=1, seconds=0, problems=["read again"])

    monkeypatch.setattr(model_build, "run_incrementally", run_incrementally)
    with pytest.raises(BuildError, match="read again"):
        build_and_publish(built, Console(), {"log": "log.csv"}, 5, 0, {})
    assert found == [True, False]
    assert "is damaged (IO Error: Corrupt database file" in capsys.readouterr().out


def test_a_build_waits_for_what_a_killed_one_has_started(
    folder: BuildFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder.root.mkdir(parents=True)
    lock = folder.root / ".lock"
    lock.write_text(str(dead_process()))
    child = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import fcntl, sys, time; file = open(sys.argv[1]);"
            " fcntl.flock(file, fcntl.LOCK_EX); print('held', flush=True); time.sleep(1)",
            str(lock),
        ],
        stdout=subprocess.PIPE,
    )
    assert child.stdout is not None
    child.stdout.readline()
    monkeypatch.setattr(folder_lock, "PATIENCE_SECONDS", 0)
    with pytest.raises(FolderInUseError, match="Another build is writing"), folder.lock():
        pass
    monkeypatch.undo()
    with folder.lock():
        assert lock.read_text() == str(os.getpid())
    child.communicate()
