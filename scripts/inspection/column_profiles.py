"""What is in each column of the sampled rows: types, examples, distinct values, nulls."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import duckdb

from scripts.inspection.sampled_table import TABLE, quoted
from scripts.inspection.value_kinds import NUMBERS, TIMES, kind_in_sql

# More columns than a log has; the rest are only counted.
MOST_PROFILED = 200
# Shown of a column.
EXAMPLES = 3
# A column with at most so many values is shown with all of them.
FEW_VALUES = 60
# DuckDB's types that hold whole numbers without loss.
WHOLE_TYPES = {
    *("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT"),
    *("UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT", "UHUGEINT"),
}
# Characters that look like nothing or like a blank.
INVISIBLE = r"[\x{00A0}\x{00AD}\x{200B}-\x{200F}\x{202F}\x{2060}\x{3000}\x{FEFF}]"


@dataclass(frozen=True)
class ColumnProfile:
    """A column of the sampled rows.

    Attributes:
        name: as a build names it.
        position: from 1.
        stored: type of the column in the file; VARCHAR for CSV.
        rows: rows of the sample.
        nulls: rows without a value.
        distinct: distinct values.
        kinds: rows by kind of their value (`value_kinds`).
        examples: some values, the most frequent first.
        few: each value with its rows, if there are few.
        words: words for nothing, with their rows.
        not_whole: a value that is no whole number; empty if there is none.
        with_invisible: rows whose value has zero-width characters or special blanks.
        with_leading_zero: rows whose whole number begins with a zero.
        longest: digits of the longest whole number.
        lowest, highest: 1 % and 99 % quantiles of the numbers.
        negative: rows with a negative number.
    """

    name: str
    position: int
    stored: str
    rows: int
    nulls: int
    distinct: int
    kinds: Counter[str]
    examples: tuple[str, ...]
    few: dict[str, int] = field(default_factory=dict)
    words: dict[str, int] = field(default_factory=dict)
    not_whole: str = ""
    with_leading_zero: int = 0
    with_invisible: int = 0
    longest: int = 0
    lowest: float | None = None
    highest: float | None = None
    negative: int = 0

    @property
    def filled(self) -> int:
        """Rows with a value."""
        return self.rows - self.nulls

    @property
    def null_share(self) -> float:
        """Share of rows without a value."""
        return self.nulls / self.rows if self.rows else 0.0

    def share(self, *kinds: str) -> float:
        """Share of such kinds among the values that are not words for nothing."""
        values = self.filled - self.kinds["word for nothing"]
        return sum(self.kinds[kind] for kind in kinds) / values if values > 0 else 0.0

    @property
    def is_whole(self) -> bool:
        """Whether (nearly) all values are whole numbers."""
        return self.share("whole number", "whole number with .0") >= 0.9

    @property
    def is_number(self) -> bool:
        return self.share(*NUMBERS) >= 0.9

    @property
    def is_native_time(self) -> bool:
        """Whether the file has it as a time."""
        return self.stored.startswith("TIMESTAMP") or self.stored == "DATE"

    @property
    def looks_like_time(self) -> bool:
        return self.is_native_time or self.share(*TIMES) >= 0.9

    @property
    def is_nested(self) -> bool:
        """Whether its values have parts."""
        return self.stored.startswith(("STRUCT", "MAP", "UNION")) or "[" in self.stored

    @property
    def type_name(self) -> str:
        """The type in words: that of the file, or what the text of CSV is."""
        if self.stored != "VARCHAR":
            return self.stored.lower()
        if not self.filled:
            return "empty"
        kind, count = self.kinds.most_common(1)[0]
        return kind if count == self.filled else f"{kind} ({count / self.filled:.0%})"


def profile_columns(connection: duckdb.DuckDBPyConnection) -> list[ColumnProfile]:
    """Profiles of the columns of the sampled rows, the first `MOST_PROFILED`."""
    described = connection.execute(f"describe {TABLE}").fetchall()
    return [
        _profile(connection, name, position, str(stored).upper())
        for position, (name, stored, *_) in enumerate(described[:MOST_PROFILED], 1)
    ]


def _profile(
    connection: duckdb.DuckDBPyConnection, name: str, position: int, stored: str
) -> ColumnProfile:
    connection.execute(
        "create or replace temp table counted_values as"
        f" select nullif(trim(cast({quoted(name)} as varchar)), '') as value,"
        f" count(*) as row_count from {TABLE} group by 1"
    )
    connection.execute(
        "create or replace temp table judged_values as"
        f" select value, row_count, {kind_in_sql('value')} as kind,"
        " try_cast(replace(value, ',', '.') as double) as number"
        " from counted_values where value is not null"
    )
    rows, nulls, distinct = _row(
        connection,
        "select sum(row_count), sum(row_count) filter (value is null), count(value)"
        " from counted_values",
    )
    kinds = connection.execute(
        "select kind, sum(row_count) from judged_values group by kind"
    ).fetchall()
    most = connection.execute(
        "select value, row_count from judged_values"
        f" order by row_count desc, value limit {FEW_VALUES + 1}"
    ).fetchall()
    words = connection.execute(
        "select value, row_count from judged_values where kind = 'word for nothing'"
        " order by row_count desc, value limit 10"
    ).fetchall()
    zeros, longest, lowest, highest, negative, invisible, not_whole = _row(
        connection,
        "select"
        " sum(row_count) filter (kind = 'whole number' and value similar to '[+-]?0\\d+'),"
        " max(length(ltrim(value, '+-'))) filter (kind = 'whole number'),"
        " quantile_cont(number, 0.01) filter (isfinite(number)),"
        " quantile_cont(number, 0.99) filter (isfinite(number)),"
        " sum(row_count) filter (number < 0),"
        f" sum(row_count) filter (regexp_matches(value, '{INVISIBLE}'))"
        ", min(value) filter (kind not like 'whole number%' and kind <> 'word for nothing')"
        " from judged_values",
    )
    return ColumnProfile(
        name=name,
        position=position,
        stored=stored,
        rows=int(rows or 0),
        nulls=int(nulls or 0),
        distinct=int(distinct or 0),
        kinds=Counter({kind: int(count) for kind, count in kinds}),
        examples=tuple(value for value, _ in most[:EXAMPLES]),
        few={value: int(n) for value, n in most} if len(most) <= FEW_VALUES else {},
        words={value: int(count) for value, count in words},
        not_whole=not_whole or "",
        with_leading_zero=int(zeros or 0),
        with_invisible=int(invisible or 0),
        longest=int(longest or 0),
        lowest=lowest,
        highest=highest,
        negative=int(negative or 0),
    )


def _row(connection: duckdb.DuckDBPyConnection, query: str) -> tuple[Any, ...]:
    row = connection.execute(query).fetchone()
    assert row
    return row
