"""A marketplace that is refreshed day by day, and a table of results at the end."""

import copy
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from scripts.build_folder import BuildFolder
from scripts.releases.release_folder import ReleaseFolder
from scripts.releases.run_history import read_history
from tests.api.conftest import serve
from tests.conftest import run_audience
from tests.daily_log import DailyLog
from tests.readers import Readers

__all__ = ["serve"]

DAYS = 170
# Enough interactions per day to tell a drift from chance.
SCALE = 0.1


@dataclass
class Marketplace:
    """A log that grows by a file per day, and its build folder.

    Attributes:
        readers: look at its releases again and again.
    """

    log: DailyLog
    folder: BuildFolder
    readers: Readers

    def refresh(
        self, *arguments: str, **environment: str
    ) -> subprocess.CompletedProcess[str]:
        """Refresh as a user would, and check that all releases are complete afterwards."""
        outcome = run_audience(self.folder, "refresh", *arguments, **environment)
        self.check(outcome.stdout + outcome.stderr)
        return outcome

    def check(self, said: str) -> None:
        """Check that the output has no traceback, and that all releases are complete."""
        assert "Traceback" not in said, said
        self.readers.look()

    @property
    def served(self) -> str | None:
        current = ReleaseFolder(self.folder.releases).current()
        return current.release_id if current else None

    @property
    def results(self) -> list[str]:
        """The result of every run, including the first build."""
        return [run.result for run in read_history(self.folder)]


@pytest.fixture(scope="session")
def first_build(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, DailyLog]:
    """A build of all days but the last ones; a link leads to the log."""
    root = tmp_path_factory.mktemp("chaos")
    log = DailyLog(root, days=DAYS, scale=SCALE)
    log.folder = log.folder.rename(root / "days")
    (root / "log").symlink_to(log.folder)
    built = run_audience(BuildFolder(root / "build"), "build", "--log", f"{root}/log/*.csv")
    assert built.returncode == 0, built.stderr
    return root, log


@pytest.fixture
def market(first_build: tuple[Path, DailyLog], tmp_path: Path) -> Iterator[Marketplace]:
    """A marketplace with one release, for one test."""
    root, log = first_build
    own = copy.deepcopy(log)
    own.folder = tmp_path / "days"
    shutil.copytree(log.folder, own.folder)
    (root / "log").unlink()
    (root / "log").symlink_to(own.folder)
    folder = BuildFolder(tmp_path / "build")
    shutil.copytree(root / "build", folder.root, symlinks=True)
    yield Marketplace(own, folder, Readers(folder))
    (root / "log").unlink()
    (root / "log").symlink_to(log.folder)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print a line per fault: whether the rule held, and how long the test took."""
    terminalreporter.section("faults")
    for outcome in ("passed", "failed", "skipped"):
        for report in terminalreporter.stats.get(outcome, []):
            fault = report.nodeid.split("::test_")[-1].replace("_", " ")
            held = {"passed": "held", "failed": "DID NOT HOLD"}.get(outcome, outcome)
            terminalreporter.write_line(f"{held:<14}{report.duration:>7.1f} s  {fault}")
