"""The strptime pattern of dates, and the order of day and month in them.

The order is only taken from a day above 12; without one it is ambiguous, and not guessed.
"""

import duckdb

from scripts.inspection.column_profiles import ColumnProfile
from scripts.inspection.sampled_table import TABLE, quoted
from scripts.inspection.time_patterns import is_other_order, patterns_of
from scripts.inspection.time_reading import TimeEvidence, by_pattern, percent, share_read

# A pattern has to read such a share of the values.
READABLE = 0.5
# Values in the other order of day and month that are taken for slips.
SLIPS = 0.01


def evidence_of_dates(
    connection: duckdb.DuckDBPyConnection, column: ColumnProfile
) -> TimeEvidence | None:
    """The pattern that reads most values; none where two orders of day and month do."""
    text = f"trim(cast({quoted(column.name)} as varchar))"
    shape = f"regexp_replace({text}, '\\d', '9', 'g')"
    examples = connection.execute(
        f"select min({text}) from {TABLE} where nullif({text}, '') is not null"
        f" group by {shape} order by count(*) desc, 1 limit 4"
    ).fetchall()
    patterns = dict.fromkeys(
        pattern for (example,) in examples for pattern in patterns_of(example)
    )
    shares = {
        pattern: share_read(connection, column, by_pattern(text, pattern))
        for pattern in patterns
    }
    if not shares or max(shares.values()) < READABLE:
        return TimeEvidence("no pattern reads half of the values")
    years = {pattern: _years(connection, text, pattern) for pattern in shares}
    best = max(shares, key=lambda pattern: (shares[pattern], -years[pattern]))
    said = f"{percent(shares[best])} of the values fit {best}"
    sql = by_pattern(text, best)
    rivals = [
        pattern
        for pattern in shares
        if shares[pattern]
        and is_other_order(best, pattern)
        and (
            years[pattern] <= years[best]
            or best.startswith("%y") == pattern.startswith("%y")
        )
    ]
    for rival in rivals:
        only_best, example = _read_only_by(connection, text, best, rival)
        only_rival, contrary = _read_only_by(connection, text, rival, best)
        if not only_best:
            return TimeEvidence(
                f"{best} and {rival} both read {percent(shares[best])} of the values: no"
                " number rules one of them out, such as a day above 12",
                choices=(best, *rivals),
                as_sql=sql,
            )
        if only_rival > SLIPS * column.filled:
            return TimeEvidence(
                f"values in both orders of day and month: {example} is {best},"
                f" {contrary} is {rival}; no setting reads both",
                choices=(best, *rivals),
                as_sql=sql,
            )
        if "above 12" not in said:
            said += f"; {example} has a day above 12"
    return TimeEvidence(said, best, as_sql=sql)


def _read_only_by(
    connection: duckdb.DuckDBPyConnection, text: str, pattern: str, other: str
) -> tuple[int, str]:
    """How many values one pattern reads and the other does not, and one of them."""
    row = connection.execute(
        f"select count(*), min({text}) from {TABLE} where"
        f" {by_pattern(text, pattern)} is not null and {by_pattern(text, other)} is null"
    ).fetchone()
    return (row[0], str(row[1])) if row else (0, "")


def _years(connection: duckdb.DuckDBPyConnection, text: str, pattern: str) -> int:
    """How many years a pattern with years of two digits reads; 0 for any other pattern.

    Days change more often than years, so the place with fewer numbers is the year.
    """
    if "%y" not in pattern:
        return 0
    row = connection.execute(
        f"select count(distinct year({by_pattern(text, pattern)})) from {TABLE}"
    ).fetchone()
    return int(row[0]) if row else 0
