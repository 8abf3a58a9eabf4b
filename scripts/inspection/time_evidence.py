"""How a column writes times: the setting `time_format`, and the evidence for it.

Numbers are epochs or dates of digits by their magnitude; for dates see date_order.py.
"""

from datetime import UTC, datetime, timedelta

import duckdb

from scripts.inspection.column_profiles import ColumnProfile
from scripts.inspection.date_order import READABLE, evidence_of_dates
from scripts.inspection.sampled_table import TABLE, quoted
from scripts.inspection.time_reading import TimeEvidence, percent, share_read

# Numbers that stand for earlier times, or for ones later than a year from now, are ids.
EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
UNITS = {
    "epoch_s": (1, "seconds"),
    "epoch_ms": (10**3, "milliseconds"),
    "epoch_us": (10**6, "microseconds"),
    "epoch_ns": (10**9, "nanoseconds"),
}
DATES_OF_DIGITS = {8: "%Y%m%d", 14: "%Y%m%d%H%M%S"}


def time_evidence(
    connection: duckdb.DuckDBPyConnection, column: ColumnProfile
) -> TimeEvidence | None:
    """How a column writes times; None if it has none."""
    if column.is_native_time:
        sql = f"cast({quoted(column.name)} as timestamp)"
        return TimeEvidence(
            f"the file has it as {column.stored}", is_native=True, as_sql=sql
        )
    if not column.filled or column.is_nested:
        return None
    if column.is_number and column.lowest is not None:
        return _of_numbers(connection, column)
    if column.share("ISO time") >= READABLE:
        return _of_iso(column)
    if column.share("date", "date with a name") >= READABLE:
        return evidence_of_dates(connection, column)
    return None


def _of_numbers(
    connection: duckdb.DuckDBPyConnection, column: ColumnProfile
) -> TimeEvidence | None:
    """Epochs by their magnitude, or dates written as digits."""
    assert column.lowest is not None
    assert column.highest is not None
    text = f"trim(cast({quoted(column.name)} as varchar))"
    digits = DATES_OF_DIGITS.get(column.longest)
    if digits and column.share("whole number") >= 0.9:
        sql = f"try_strptime({text}, '{digits}')"
        if share_read(connection, column, sql) >= 0.99:
            return TimeEvidence(
                f"all values are dates of {column.longest} digits, such as"
                f" {column.examples[0]}",
                digits,
                as_sql=sql,
            )
    latest = datetime.now(UTC) + timedelta(days=366)
    for name, (per_second, unit) in UNITS.items():
        if (
            EARLIEST.timestamp() * per_second <= column.lowest
            and column.highest <= latest.timestamp() * per_second
        ):
            first = datetime.fromtimestamp(column.lowest / per_second, UTC)
            last = datetime.fromtimestamp(column.highest / per_second, UTC)
            number = f"try_cast({text} as decimal(38, 6))"
            warnings: tuple[str, ...] = ()
            if count := column.kinds["scientific notation"]:
                warnings = (
                    f"{column.name}: {count} of {column.filled} times are in scientific"
                    " notation: digits are lost. Write them out where the log comes from.",
                )
            return TimeEvidence(
                f"as {unit} since 1970 most values lie from {first:%Y-%m-%d} to"
                f" {last:%Y-%m-%d}",
                name,
                as_sql=_time_of(number, per_second),
                warnings=warnings,
            )
    return None


def _time_of(number: str, per_second: int) -> str:
    """The time of an epoch as SQL; null where there is no such time."""
    return f"try(make_timestamp(cast({number} * 1e6 / {per_second} as bigint)))"


def _of_iso(column: ColumnProfile) -> TimeEvidence:
    """Year, month, day."""
    share = column.share("ISO time")
    return TimeEvidence(
        f"{percent(share)} of the values begin with year-month-day, such as"
        f" {column.examples[0]}",
        "iso",
        as_sql=f"try_cast(left(cast({quoted(column.name)} as varchar), 19) as timestamp)",
    )


def odd_times(
    connection: duckdb.DuckDBPyConnection, column: ColumnProfile, time: TimeEvidence
) -> str:
    """A warning of impossible times; empty if there are none."""
    if not time.as_sql:
        return ""
    row = connection.execute(
        f"select count(*) filter (time < $earliest or time > $latest),"
        " min(time)::text, max(time)::text"
        f" from (select {time.as_sql} as time from {TABLE}) where isfinite(time)",
        {
            "earliest": EARLIEST.replace(tzinfo=None),
            "latest": (datetime.now(UTC) + timedelta(days=2)).replace(tzinfo=None),
        },
    ).fetchone()
    if not row or not row[0]:
        return ""
    return (
        f"{column.name}: {row[0]:,} of {column.filled:,} times lie before {EARLIEST.year}"
        f" or in the future; they reach from {row[1]} to {row[2]}. A build rejects"
        " those outside of its settings earliest_event and latest_event."
    )
