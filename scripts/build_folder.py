"""Where everything that is generated lies: one folder, `build/` unless told otherwise."""

import os
from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent


def shown(path: Path) -> Path:
    """A path as a person would write it: relative to the working directory if below it."""
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path


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
        return cls(PROJECT / os.environ.get("AUDIENCE_BUILD_DIR", "build"))

    @property
    def warehouse(self) -> Path:
        """The private database that dbt writes."""
        return self.root / "warehouse.duckdb"

    @property
    def default_log(self) -> Path:
        """The log that is generated where none is given."""
        return self.root / "data" / "interactions.parquet"

    @property
    def dbt_target(self) -> Path:
        """Dbt's artifacts: manifest, run results, compiled SQL, docs."""
        return self.root / "target"

    @property
    def dbt_logs(self) -> Path:
        return self.root / "logs"

    @property
    def releases(self) -> Path:
        return self.root / "releases"
