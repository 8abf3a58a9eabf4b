"""What tests of programs share: a build folder, a way to run programs, the real logs."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest
from hypothesis import settings

from scripts.build_folder import PROJECT, BuildFolder
from scripts.generate_interactions import generate
from scripts.marketplace_plan import LogPlan
from scripts.publish import publish

# The same examples on every run; a slow machine fails no test.
settings.register_profile("deterministic", derandomize=True, deadline=None, database=None)
settings.load_profile("deterministic")

SHARED_DATA = Path(
    os.environ.get("AUDIENCE_SHARED_DATA", PROJECT.parent / "shared" / "data")
).resolve()


def run_program(
    folder: BuildFolder, module: str, *arguments: str, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run `python -m module` as a user would, with a build folder of its own."""
    return subprocess.run(
        [sys.executable, "-m", module, *arguments],
        cwd=PROJECT,
        env=os.environ
        | {"AUDIENCE_BUILD_DIR": str(folder.root), "COLUMNS": "200"}
        | environment,
        capture_output=True,
        text=True,
        check=False,
    )


def read_release(folder: BuildFolder) -> duckdb.DuckDBPyConnection:
    """The current release, as a reader opens it."""
    return duckdb.connect(folder.releases / "current" / "audience.duckdb", read_only=True)


@pytest.fixture
def folder(tmp_path: Path) -> BuildFolder:
    """An empty build folder."""
    return BuildFolder(tmp_path / "build")


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Real logs; without them the tests that need them are skipped."""
    if not SHARED_DATA.is_dir():
        pytest.skip(f"no real logs: {SHARED_DATA} is missing")
    return SHARED_DATA


class DirtyBuild:
    """One build of a small generated log with broken rows of every kind."""

    def __init__(self, root: Path) -> None:
        self.folder = BuildFolder(root / "build")
        self.log = root / "interactions.csv"
        self.plan: LogPlan = generate(self.log, scale=0.01, seed=3, dirty=0.04)
        self.outcome = run_program(
            self.folder, "scripts.build", "--log", str(self.log), "--vars", "top_n: 7"
        )


class EvidenceBuild:
    """The evidence of a generated log whose customers return and follow a taste."""

    def __init__(self, root: Path) -> None:
        self.folder = BuildFolder(root / "build")
        self.log = root / "interactions.parquet"
        generate(self.log, scale=0.05, seed=5, retention=0.4, taste=0.8)
        self.outcome = run_program(self.folder, "scripts.evidence", "--log", str(self.log))


@pytest.fixture
def built(dirty_build: DirtyBuild, tmp_path: Path) -> BuildFolder:
    """A built warehouse without a release; a test may do with it what it likes."""
    folder = BuildFolder(tmp_path / "build")
    folder.root.mkdir()
    shutil.copy(dirty_build.folder.warehouse, folder.warehouse)
    shutil.copytree(dirty_build.folder.dbt_target, folder.dbt_target)
    return folder


@pytest.fixture
def published(built: BuildFolder) -> BuildFolder:
    """The same with one release."""
    publish(built)
    return built


@pytest.fixture(scope="session")
def dirty_build(tmp_path_factory: pytest.TempPathFactory) -> DirtyBuild:
    """A finished build; tests may read it and must not change it."""
    build = DirtyBuild(tmp_path_factory.mktemp("dirty"))
    assert build.outcome.returncode == 0, build.outcome.stdout + build.outcome.stderr
    return build


@pytest.fixture(scope="session")
def taste_evidence(tmp_path_factory: pytest.TempPathFactory) -> EvidenceBuild:
    """Finished evidence; tests may read it and must not change it."""
    build = EvidenceBuild(tmp_path_factory.mktemp("taste"))
    assert build.outcome.returncode == 0, build.outcome.stdout + build.outcome.stderr
    return build
