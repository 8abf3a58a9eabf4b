"""Fixtures and functions for tests of programs: build folders, builds, the real logs."""

import atexit
import contextlib
import csv
import fcntl
import functools
import hashlib
import json
import os
import pickle
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest
from hypothesis import settings

from scripts.build_folder import PROJECT, BuildFolder
from scripts.synthetic.experiments import generate_experiments
from scripts.synthetic.interactions import generate
from scripts.synthetic.marketplace_plan import LogPlan, plan_log
from tests.program_server import running_server

# The same examples on every run; a slow machine fails no test.
settings.register_profile("deterministic", derandomize=True, deadline=None, database=None)
settings.load_profile("deterministic")

SHARED_DATA = Path(
    os.environ.get("AUDIENCE_SHARED_DATA", PROJECT.parent / "shared" / "data")
).resolve()

# dbt parses the project once for all builds of all test processes.
os.environ.setdefault("AUDIENCE_PARSED_PROJECTS", str(PROJECT / "build" / "parsed"))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests of the shared build come last: a process makes it while others run the rest."""
    items.sort(key=lambda item: "dirty_build" in getattr(item, "fixturenames", ()))


def copy_project(tmp_path: Path, **seeds: list[dict[str, str]]) -> Path:
    """A copy of the project, with other rows in some of its seeds."""
    project = tmp_path / "project"

    def generated(folder: str, names: list[str]) -> set[str]:
        """Names to leave out; `scripts/build` is part of the project, `build` is not."""
        left_out = {name for name in names if name.endswith(("_cache", "__pycache__"))}
        return left_out | ({"build", ".venv", ".git"} if Path(folder) == PROJECT else set())

    shutil.copytree(PROJECT, project, ignore=generated)
    for seed, rows in seeds.items():
        with (project / "seeds" / f"{seed}.csv").open("w", newline="") as file:
            writer = csv.DictWriter(file, rows[0])
            writer.writeheader()
            writer.writerows(rows)
    return project


def run_audience(
    folder: BuildFolder,
    *words: str,
    project: Path = PROJECT,
    python: str | None = None,
    **environment: str,
) -> subprocess.CompletedProcess[str]:
    """Run a command of `audience` as a user would, with a build folder of its own."""
    return run_program(
        folder, "scripts.cli", *words, project=project, python=python, **environment
    )


@functools.cache
def preloaded_python() -> Path:
    """Starts programs as Python does, in a fork of a process that has imported dbt."""
    running = contextlib.ExitStack()
    atexit.register(running.close)
    return running.enter_context(running_server())


def run_program(
    folder: BuildFolder,
    module: str,
    *arguments: str,
    project: Path = PROJECT,
    python: str | None = None,
    **environment: str,
) -> subprocess.CompletedProcess[str]:
    """Run `python -m module`, with a build folder of its own.

    Args:
        python: the interpreter; one that has imported dbt already, if none is given.
    """
    return subprocess.run(
        [python or preloaded_python(), "-m", module, *arguments],
        cwd=project,
        env=os.environ
        | {
            "AUDIENCE_BUILD_DIR": str(folder.root),
            "COLUMNS": "200",
            "PYTHONPATH": str(project),
            # One test process runs per core.
            "AUDIENCE_DBT_THREADS": "1",
        }
        | environment,
        capture_output=True,
        text=True,
        check=False,
    )


def build_once(
    factory: pytest.TempPathFactory,
    name: str,
    build: Callable[[Path], subprocess.CompletedProcess[str]],
) -> tuple[Path, subprocess.CompletedProcess[str]]:
    """A build that one of the test processes makes for all of them.

    Returns:
        The folder, and the outcome of the program.
    """
    root = factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        root = root.parent
    root /= name
    root.mkdir(exist_ok=True)
    with (root / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        kept = root / "outcome.pickle"
        if not kept.exists():
            kept.write_bytes(pickle.dumps(build(root)))
        outcome: subprocess.CompletedProcess[str] = pickle.loads(kept.read_bytes())
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr
    return root, outcome


def read_warehouse(folder: BuildFolder) -> duckdb.DuckDBPyConnection:
    """The private database of a build."""
    return duckdb.connect(folder.warehouse, read_only=True)


def read_release(folder: BuildFolder) -> duckdb.DuckDBPyConnection:
    """The current release, opened read-only."""
    return duckdb.connect(folder.releases / "current" / "audience.duckdb", read_only=True)


def alter_release(
    release: Path,
    without: tuple[str, ...] = (),
    emptied: tuple[str, ...] = (),
    **facts: object,
) -> None:
    """Make a release look as if another version had made it.

    Args:
        release: its folder.
        without: tables to drop.
        emptied: tables to empty.
        facts: entries to change in its manifest; None removes an entry.
    """
    database = release / "audience.duckdb"
    with duckdb.connect(database) as connection:
        for table in without:
            connection.execute(f"drop table {table}")
        for table in emptied:
            connection.execute(f"delete from {table}")
    content = database.read_bytes()
    manifest = json.loads((release / "manifest.json").read_text())
    manifest["files"][database.name] = {
        "bytes": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
    }
    manifest |= facts
    kept = {name: fact for name, fact in manifest.items() if fact is not None}
    (release / "manifest.json").write_text(json.dumps(kept))


# Their rows depend on earlier runs, not on the log alone.
TABLES_OF_RUNS = {"build_history", "drift_report"}


def public_tables(folder: BuildFolder) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every public table of the current release, by table."""
    with read_release(folder) as release:
        rows = release.execute("show tables").fetchall()
        names = [row[0] for row in rows if row[0] not in TABLES_OF_RUNS]
        return {
            name: release.execute(f"from {name} order by all").fetchall() for name in names
        }


@pytest.fixture
def folder(tmp_path: Path) -> BuildFolder:
    """An empty build folder."""
    return BuildFolder(tmp_path / "build")


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real logs; tests that need it are skipped if it is missing."""
    if not SHARED_DATA.is_dir():
        pytest.skip(f"no real logs: {SHARED_DATA} is missing")
    return SHARED_DATA


@dataclass(frozen=True)
class FinishedBuild:
    """A build that tests may read and must not change.

    Attributes:
        plan: the counts of the generated log.
        outcome: exit code and output of the program.
    """

    folder: BuildFolder
    log: Path
    plan: LogPlan
    outcome: subprocess.CompletedProcess[str]


@pytest.fixture(scope="session")
def dirty_build(tmp_path_factory: pytest.TempPathFactory) -> FinishedBuild:
    """A small generated log with broken rows of every kind, and the examples.

    One of its experiments runs, the other has ended.
    """

    def build(root: Path) -> subprocess.CompletedProcess[str]:
        log, units = root / "interactions.csv", root / "units.parquet"
        generate(log, scale=0.01, seed=3, dirty=0.04)
        generate_experiments(units)
        settings = {"top_n": 7, "with_examples": True, "experiment_units": str(units)}
        return run_audience(
            BuildFolder(root / "build"),
            "build",
            *("--log", str(log), "--vars", json.dumps(settings)),
        )

    root, outcome = build_once(tmp_path_factory, "dirty", build)
    return FinishedBuild(
        BuildFolder(root / "build"), root / "interactions.csv", plan_log(0.01), outcome
    )


@pytest.fixture(scope="session")
def taste_evidence(tmp_path_factory: pytest.TempPathFactory) -> FinishedBuild:
    """The evidence of a generated log whose customers return and follow a taste."""

    def build(root: Path) -> subprocess.CompletedProcess[str]:
        log = root / "interactions.parquet"
        generate(log, scale=0.05, seed=5, retention=0.4, taste=0.8)
        return run_audience(BuildFolder(root / "build"), "evidence", "--log", str(log))

    root, outcome = build_once(tmp_path_factory, "taste", build)
    return FinishedBuild(
        BuildFolder(root / "build"),
        root / "interactions.parquet",
        plan_log(0.05, 0.4),
        outcome,
    )


@pytest.fixture(scope="session")
def hybrid_build(tmp_path_factory: pytest.TempPathFactory) -> BuildFolder:
    """A small log with categories, in which the combination serves products."""
    from tests import planted_taste

    root, _ = build_once(tmp_path_factory, "hybrid", planted_taste.build_by_combination)
    return BuildFolder(root / "build")


@dataclass(frozen=True)
class RefreshedBuild:
    """A build, and a refresh with a new file of its log.

    Attributes:
        built, refreshed: the output of both.
    """

    folder: BuildFolder
    built: str
    refreshed: str


@pytest.fixture(scope="session")
def als_build(tmp_path_factory: pytest.TempPathFactory) -> RefreshedBuild:
    """A log whose customers follow a taste, served by collaborative filtering."""
    from tests import planted_taste

    root, outcome = build_once(tmp_path_factory, "als", planted_taste.build_by_als)
    built = (root / "built.txt").read_text()
    return RefreshedBuild(BuildFolder(root / "build"), built, outcome.stdout)


@pytest.fixture(scope="session")
def holdout_build(tmp_path_factory: pytest.TempPathFactory) -> FinishedBuild:
    """A log with a planted effect and planted feedback, built with a global holdout."""
    from tests import planted_holdout

    root, outcome = build_once(tmp_path_factory, "holdout", planted_holdout.build)
    shop = root / "shop"
    return FinishedBuild(
        BuildFolder(shop / "build"), shop / "log.parquet", plan_log(0.01), outcome
    )


@pytest.fixture
def built(dirty_build: FinishedBuild, tmp_path: Path) -> BuildFolder:
    """A built warehouse without a release; a test may change it."""
    folder = BuildFolder(tmp_path / "build")
    folder.root.mkdir()
    shutil.copy(dirty_build.folder.warehouse, folder.warehouse)
    shutil.copytree(dirty_build.folder.dbt_target, folder.dbt_target)
    return folder


@pytest.fixture
def published(built: BuildFolder, dirty_build: FinishedBuild) -> BuildFolder:
    """The same warehouse with one release."""
    shutil.copytree(dirty_build.folder.releases, built.releases, symlinks=True)
    return built
