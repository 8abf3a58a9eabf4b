"""Where everything that is generated lies: one folder, `build/` unless told otherwise."""

import contextlib
import glob
import hashlib
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from scripts.folder_lock import share_lock, take_lock
from scripts.private_files import close_to_others
from scripts.settings.environment import BuildEnvironment

PROJECT = Path(__file__).resolve().parent.parent
# Runs a program that ends with the one that has started it; by its path, with `python -P`,
# so that modules are looked for where that program itself would look for them.
TIED_PROCESS = PROJECT / "scripts" / "tied_process.py"
DBT_PROCESS = PROJECT / "scripts" / "build" / "dbt_process.py"
# Where a release lies that the API is asked about before others can.
SMOKE_CHECK = ".smoke-"


def shown(path: Path) -> Path:
    """A path as a person would write it: relative to the working directory if below it."""
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path


def sql_path(path: Path) -> str:
    """A path for the inside of a SQL literal, where a statement takes no parameter."""
    return str(path).replace("'", "''")


def literal_paths(paths: Iterable[Path]) -> list[str]:
    """Paths for a reader that takes patterns; nothing in them makes one."""
    return [glob.escape(str(path)) for path in paths]


@dataclass(frozen=True)
class BuildFolder:
    """The generated files of one checkout.

    Attributes:
        root: the folder; the environment variable AUDIENCE_BUILD_DIR names another one.
    """

    root: Path

    @classmethod
    def from_environment(cls) -> "BuildFolder":
        """The folder that dbt's profile uses too."""
        return cls(cls.named(BuildEnvironment.read().build_dir))

    @staticmethod
    def named(name: str) -> Path:
        """A folder as an environment variable names it: from the project on."""
        return PROJECT / Path(name).expanduser()

    @property
    def warehouse(self) -> Path:
        """The private database that dbt writes."""
        return self.root / "warehouse.duckdb"

    @property
    def log_state(self) -> Path:
        """The files of the log that the warehouse holds (scripts/build/incremental.py)."""
        return self.root / "log_state.json"

    @property
    def readable_copies(self) -> Path:
        """Copies of input files that the engines cannot read themselves."""
        return self.root / "readable"

    @property
    def spill(self) -> Path:
        """Where a build leaves what does not fit into memory.

        A folder of this build folder alone, so that sweeping it takes nothing from others.
        """
        named = BuildEnvironment.read().temp_dir
        below = self.named(named) if named else self.root / "spill"
        mark = hashlib.sha256(str(self.root.resolve()).encode()).hexdigest()[:8]
        return below / f"build-{mark}"

    @property
    def spark(self) -> Path:
        """What a build on Spark keeps here: its tables, their catalogue, and the marts."""
        return self.root / "spark"

    @property
    def spark_marts(self) -> Path:
        """The public marts of a build on Spark, a folder of Parquet files each."""
        return self.spark / "marts"

    def spark_mart(self, name: str) -> str:
        """A public mart of a build on Spark, as SQL of DuckDB reads it."""
        files = Path(glob.escape(str(self.spark_marts / name))) / "*.parquet"
        return f"read_parquet('{sql_path(files)}', hive_partitioning = false)"

    @property
    def default_log(self) -> Path:
        """The log that is generated where none is given."""
        return self.root / "data" / "interactions.parquet"

    @property
    def example_units(self) -> Path:
        """Units of the example experiments that come with the generated log."""
        return self.root / "data" / "experiment_units.parquet"

    @property
    def dbt_target(self) -> Path:
        """Dbt's artifacts of the last build: manifest, run results, compiled SQL."""
        return self.root / "target"

    @property
    def parsed_projects(self) -> Path:
        """The project as dbt has parsed it (scripts/build/parsed_project.py)."""
        named = BuildEnvironment.read().parsed_projects
        return self.named(named) if named else self.root / "parsed"

    @property
    def evidence(self) -> Path:
        """What the evidence programs leave for the warehouse, and their report."""
        return self.root / "evidence"

    @property
    def evidence_state(self) -> Path:
        """When and from what the evidence was measured."""
        return self.root / "evidence_state.json"

    @property
    def exports(self) -> Path:
        """Exported contact lists, a folder each: the contact ledger."""
        return self.root / "exports"

    @property
    def started_designs(self) -> Path:
        """Designs of experiments that started with units that were brought, a file each."""
        return self.root / "experiments"

    @property
    def suppressions(self) -> Path:
        """Opt-outs that `audience suppress` recorded, a file each."""
        return self.root / "suppressions"

    @property
    def history(self) -> Path:
        """The result of every build, a row each (scripts/releases/run_history.py)."""
        return self.root / "history.parquet"

    @property
    def metrics(self) -> Path:
        """What the last refresh was like, for Prometheus."""
        return self.root / "metrics" / "refresh.prom"

    @property
    def docs(self) -> Path:
        """The dbt docs, apart: what made them must not pass for a build."""
        return self.root / "docs"

    @property
    def dictionary(self) -> Path:
        """The data dictionary of the last build."""
        return self.root / "dictionary.md"

    @property
    def dbt_logs(self) -> Path:
        return self.root / "logs"

    @property
    def releases(self) -> Path:
        return self.root / "releases"

    @contextlib.contextmanager
    def outside_of_builds(self) -> Iterator[None]:
        """Keep builds out, but no other program: what a build has read does not change.

        Raises:
            FolderInUseError: a build is running.
            OSError: the folder cannot be written to.
        """
        self.root.mkdir(parents=True, exist_ok=True)
        with (self.root / ".lock").open("a+") as file:
            share_lock(file, str(shown(self.root)))
            yield

    @contextlib.contextmanager
    def lock(self) -> Iterator[int]:
        """Keep other builds out until the program and what it has started have ended.

        What was spilled is swept: before, for builds that were killed, and afterwards.

        Yields:
            The lock's file descriptor, to hand to programs that write to the folder too.

        Raises:
            FolderInUseError: another build holds it.
            OSError: the folder cannot be written to.
        """
        self.root.mkdir(parents=True, exist_ok=True)
        with (self.root / ".lock").open("a+") as file:
            take_lock(file, str(shown(self.root)))
            for path in self._private_paths():
                close_to_others(path)
            for left in (self.spill, *self.root.glob(f"{SMOKE_CHECK}*")):
                shutil.rmtree(left, ignore_errors=True)
            try:
                yield file.fileno()
            finally:
                shutil.rmtree(self.spill, ignore_errors=True)

    def _private_paths(self) -> tuple[Path, ...]:
        """What development versions left readable for others."""
        return (
            *self.root.glob(f"{self.warehouse.name}*"),
            self.log_state,
            self.spark,
            self.default_log.parent,
            self.dbt_target,
            self.root / "parsed",
            self.evidence,
            self.evidence_state,
            self.exports,
            self.started_designs,
            self.suppressions,
            self.history,
            self.docs,
            self.dictionary,
            self.dbt_logs,
            self.root / "bench",
        )
