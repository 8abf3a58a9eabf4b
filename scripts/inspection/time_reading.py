"""What is known of a column of times, and how an expression reads it."""

from dataclasses import dataclass

import duckdb

from scripts.inspection.column_profiles import ColumnProfile
from scripts.inspection.sampled_table import TABLE


@dataclass(frozen=True)
class TimeEvidence:
    """What is known of a column of times.

    Attributes:
        time_format: the value of the setting; None if it cannot be told, or is not needed.
        evidence: why.
        choices: the formats between which a person has to decide.
        as_sql: the time of a value.
        warnings: what else is odd.
    """

    evidence: str
    time_format: str | None = None
    choices: tuple[str, ...] = ()
    is_native: bool = False
    as_sql: str = ""
    warnings: tuple[str, ...] = ()

    @property
    def is_readable(self) -> bool:
        """Whether a build can read the column with what is known."""
        return self.is_native or self.time_format is not None


def by_pattern(text: str, pattern: str) -> str:
    """The time of a text by a strptime pattern, as SQL."""
    return "try_strptime({}, '{}')".format(text, pattern.replace("'", "''"))


def share_read(
    connection: duckdb.DuckDBPyConnection, column: ColumnProfile, sql: str
) -> float:
    """Share of the values that an expression reads as a time."""
    row = connection.execute(f"select count({sql}) from {TABLE}").fetchone()
    return row[0] / column.filled if row else 0.0


def percent(share: float) -> str:
    """A share in words."""
    return "all" if share == 1 else f"{100 * share:.4g} %"
