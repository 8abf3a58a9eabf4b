"""Generated logs whose truth is known: plain, with a planted taste, and shuffled."""

from pathlib import Path

import duckdb

from scripts.benchmarks.measured_release import TimedBuild, released
from scripts.benchmarks.ranking_bars import Bar
from scripts.build_folder import sql_path
from scripts.synthetic.interactions import generate

TITLES = {
    "synthetic": "synthetic",
    "taste": "synthetic, planted taste",
    "shuffled": "synthetic, shuffled",
}
# The share of the oracle's lift that a ranking from the log alone must reach.
ORACLE_SHARE = 0.8


def write_log(name: str, output: Path) -> float:
    """Write a log; returns the lift of an oracle at the top tenth.

    Args:
        name: one of TITLES.
        output: a Parquet file.
    """
    if name == "taste":
        return generate(output, 0.2, retention=0.4, taste=0.8).truth.oracle_lift
    written = generate(output, 0.2 if name == "shuffled" else 1)
    if name == "shuffled":
        shuffle(output)
    return written.truth.oracle_lift


def shuffle(log: Path, seed: int = 1) -> None:
    """Give each row of a log a customer at random, independent of everything."""
    shuffled = log.with_name("shuffled.parquet")
    with duckdb.connect() as connection:
        connection.execute(
            f"""
            create table customers as
            select customer_id, row_number() over (order by customer_id) - 1 as number
            from (select distinct customer_id from read_parquet('{sql_path(log)}'));
            create table drawn as
            select
                *,
                row_number() over () as row_number,
                hash(row_number, {seed}) % (select count(*) from customers) as number
            from read_parquet('{sql_path(log)}');
            copy (
                select drawn.* exclude (row_number, number) replace (
                    customers.customer_id as customer_id
                )
                from drawn
                inner join customers on drawn.number = customers.number
                order by drawn.row_number
            ) to '{sql_path(shuffled)}' (format parquet)
            """
        )
    shuffled.replace(log)


def read(connection: duckdb.DuckDBPyConnection, log: Path) -> None:
    """Create the table `touches` of a generated log."""
    connection.execute(
        "create table touches as select customer_id::varchar as customer_id,"
        " product_id::varchar as product_id, event_date::timestamp as moment"
        f" from read_parquet('{sql_path(log)}')"
    )


def write_early(connection: duckdb.DuckDBPyConnection, log: Path, output: Path) -> None:
    """Write the rows before the split."""
    connection.execute(
        f"copy (select * from read_parquet('{sql_path(log)}')"
        " where event_date::timestamp < (from split_moment))"
        f" to '{sql_path(output)}' (format parquet)"
    )


def lift_of_the_first_tenth(connection: duckdb.DuckDBPyConnection) -> tuple[str, float]:
    """Which ranking orders customers, and how much more often its first tenth returns."""
    row = connection.execute(
        """
        with judged as (
            select
                customer_ranking,
                customer_rank,
                customer_id::varchar in (select customer_id from late_pairs) as returns,
                count(*) over () as customers
            from release.customers
        )
        select
            any_value(customer_ranking),
            avg(returns::int) filter (customer_rank <= ceil(customers / 10))
                / avg(returns::int)
        from judged
        """
    ).fetchone()
    assert row is not None
    return row[0], row[1]


def bars(
    connection: duckdb.DuckDBPyConnection, built: TimedBuild, name: str, oracle_lift: float
) -> list[Bar]:
    """What must hold for a generated log, apart from what is required of its lists."""
    with released(connection, built.folder):
        ranking, lift = lift_of_the_first_tenth(connection)
        serving = connection.execute(
            "select ranking from release.product_audiences"
            " union select customer_ranking from release.customers order by all"
        ).fetchall()
    if name == "synthetic":
        return [
            Bar(
                f"{TITLES[name]}, customers: lift of the first tenth at least"
                f" {ORACLE_SHARE:.0%} of the oracle's {oracle_lift:.2f}",
                f"{lift:.2f} by `{ranking}`, {lift / oracle_lift:.0%}",
                lift >= ORACLE_SHARE * oracle_lift,
            )
        ]
    if name == "shuffled":
        names = [found for (found,) in serving]
        return [
            Bar(
                f"{TITLES[name]}: engagement serves, because there is nothing to find",
                ", ".join(f"`{found}`" for found in names),
                names == ["engagement"],
            )
        ]
    return []
