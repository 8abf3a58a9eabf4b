"""A time of day in a column of its own, next to a date."""

from collections.abc import Sequence

import duckdb

from scripts.inspection.column_profiles import ColumnProfile
from scripts.inspection.sampled_table import TABLE, quoted

CLOCK = r"\d{1,2}:\d{2}(:\d{2})?"


def time_of_day_apart(
    connection: duckdb.DuckDBPyConnection,
    date: ColumnProfile,
    columns: Sequence[ColumnProfile],
) -> str:
    """A sentence about a column with the times of day that the dates lack; else empty.

    Without it, what a customer does twice on a day is one interaction.
    """
    if date.is_native_time or any(":" in value for value in date.examples):
        return ""
    for column in columns:
        if not any(":" in value for value in column.examples):
            continue
        row = connection.execute(
            "select bool_and(regexp_full_match(trim(cast"
            f"({quoted(column.name)} as varchar)), '{CLOCK}')) from {TABLE}"
            f" where {quoted(column.name)} <> ''"
        ).fetchone()
        if row and row[0]:
            # YAML has a quote twice within quotes.
            both = f"{quoted(date.name)} || '' '' || {quoted(column.name)}"
            seconds = ":%S" if column.examples[0].count(":") == 2 else ""
            pattern = f", and end time_format in %H:%M{seconds}"
            is_iso = date.share("ISO time") > 0
            return (
                f"{date.name} has no time of day, {column.name} has: to read both, write"
                f" expressions: {{event_date: '{both}'}} in place of columns:"
                f" {{event_date: ...}}{'' if is_iso else pattern}"
            )
    return ""
