"""Compare two tables, row by row and column by column."""

import duckdb

# Exponential, logarithm and roots of the two engines differ in the last bit, and sums of
# floating-point numbers by the order of their terms.
RELATIVE = 1e-9
# Differences of nearly equal numbers: what should be 0 may be 1e-17.
ABSOLUTE = 1e-12


def differences(
    connection: duckdb.DuckDBPyConnection, one: str, other: str, key: list[str]
) -> list[str]:
    """What two tables do not agree in: names, types, keys, values.

    Args:
        one, other: tables, or what may stand in their place.
        key: the columns that tell rows apart; none where there is one row.
    """
    described = [
        [row[:2] for row in connection.execute(f"describe from {table}").fetchall()]
        for table in (one, other)
    ]
    if described[0] != described[1]:
        return [f"columns {described[0]} and {described[1]}"]
    pairing = " and ".join(f"one.{name} is not distinct from other.{name}" for name in key)
    pairing = pairing or "true"
    pairs = f"(from {one}) as one inner join (from {other}) as other on {pairing}"
    counts = connection.execute(
        f"select (select count(*) from {one}), (select count(*) from {other}),"
        f" (select count(*) from {pairs})"
    ).fetchone()
    # As many pairs as rows on both sides: each row has its one counterpart.
    if counts is None or len(set(counts)) != 1:
        return [f"rows of one, of the other, and pairs with the same {key}: {counts}"]
    found = []
    for name, type_ in described[0]:
        differs = f"one.{name} is distinct from other.{name}"
        if type_ == "DOUBLE":
            differs = (
                f"{differs} and not coalesce(abs(one.{name} - other.{name}) <= {ABSOLUTE}"
                f" + {RELATIVE} * greatest(abs(one.{name}), abs(other.{name})), false)"
            )
        shown = ", ".join(f"one.{column}" for column in [*key, name])
        rows = connection.execute(
            f"select {shown}, other.{name} from {pairs} where {differs}"
            " order by all limit 3"
        ).fetchall()
        if rows:
            found.append(f"{name}: {rows}")
    return found
