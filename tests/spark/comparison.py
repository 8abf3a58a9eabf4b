"""Two tables held against each other, row by row and column by column."""

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
        key: the columns that tell rows apart.
    """
    described = [
        [row[:2] for row in connection.execute(f"describe from {table}").fetchall()]
        for table in (one, other)
    ]
    if described[0] != described[1]:
        return [f"columns {described[0]} and {described[1]}"]
    pairing = " and ".join(f"one.{name} is not distinct from other.{name}" for name in key)
    joined = f"(select * from {one}) as one full join (select * from {other}) as other"
    found = []
    for table in (one, other):
        doubled = connection.execute(
            f"select count(*) - count(distinct ({', '.join(key)})) from {table}"
        ).fetchone()
        if doubled != (0,):
            found.append(f"{table} has rows with the same {key}")
    counts = connection.execute(
        f"select count(*) filter (one.{key[0]} is null),"
        f" count(*) filter (other.{key[0]} is null) from {joined} on {pairing}"
    ).fetchone()
    if counts != (0, 0):
        found.append(f"rows that only one has: {counts}")
    for name, type_ in described[0]:
        differs = f"one.{name} is distinct from other.{name}"
        if type_ == "DOUBLE":
            differs = (
                f"{differs} and not coalesce(abs(one.{name} - other.{name}) <= {ABSOLUTE}"
                f" + {RELATIVE} * greatest(abs(one.{name}), abs(other.{name})), false)"
            )
        rows = connection.execute(
            f"select {', '.join(f'one.{column}' for column in key)}, one.{name},"
            f" other.{name} from {joined} on {pairing} where {differs} order by all limit 3"
        ).fetchall()
        if rows:
            found.append(f"{name}: {rows}")
    return found
