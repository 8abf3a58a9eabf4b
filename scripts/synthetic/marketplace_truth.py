"""Who is expected back in a synthetic marketplace, and how well that ranks customers.

The oracle knows each customer's propensity and visits up to the split, and ranks by the
chance of a return after it. A ranking from the log alone can be compared with its lift.
"""

import math
from dataclasses import dataclass
from pathlib import Path

import duckdb

from scripts.synthetic.marketplace_clock import DAYS, clock, moment_of
from scripts.synthetic.marketplace_plan import SPLIT_QUANTILE, LogPlan


@dataclass(frozen=True)
class LogTruth:
    """How customers return after the split.

    Attributes:
        retention: share of the customers first seen before the split who return after it.
        oracle_lift: how many times more often the tenth with the highest expected chance of
            a return does; nan if no customer returns.
    """

    retention: float
    oracle_lift: float


def find_truth(
    connection: duckdb.DuckDBPyConnection, plan: LogPlan, seed: int, interactions: int
) -> LogTruth:
    """Create the view `early_customers`; measure how the chance of a return ranks them.

    Args:
        interactions: of the whole log, automated ones included.
    """
    # The first event by which the share of the split is reached.
    late_from = math.ceil(round(SPLIT_QUANTILE * interactions, 6)) - 1
    row = connection.execute(
        "select millisecond from timed_events order by millisecond limit 1"
        f" offset {late_from}"
    ).fetchone()
    assert row is not None
    split = moment_of(row[0] / 1000, clock(seed))
    process = plan.process

    def expected(returns: str, phase: str) -> str:
        since = f"pace * ({split} - last_moment)"
        until = f"pace * ({DAYS} - last_moment)"
        rest = getattr(process, f"{phase}_rest")
        memory = getattr(process, f"{phase}_memory")
        return f"expected_returns({returns}, {rest}, {memory}, {since}, {until})"

    connection.execute(
        f"""
        create or replace temp view early_customers as
        with early_visits as (
            select customer, max(moment) filter (moment < {split}) as last_return,
                bool_or(moment >= {split}) as is_late
            from return_visits
            group by customer
        ),
        visits as (
            select
                customers.*,
                last_return is null as is_newcomer,
                coalesce(last_return, first_moment) as last_moment,
                coalesce(is_late, false) as returns
            from customers
            left join early_visits on early_visits.customer = customers.customer
            where first_moment < {split}
        )
        select
            customer,
            returns,
            1 - exp(-case
                when is_newcomer then {expected("propensity", "newcomer")}
                else {expected("expected_again(propensity, pace)", "regular")}
            end) as return_chance
        from visits
        """
    )
    row = connection.execute(
        """
        select
            avg(returns::int),
            avg(returns::int) filter (place <= early / 10) / nullif(avg(returns::int), 0)
        from (
            select
                returns,
                row_number() over (order by return_chance desc, customer) as place,
                count(*) over () as early
            from early_customers
        )
        """
    ).fetchone()
    assert row is not None
    return LogTruth(*(float("nan") if share is None else float(share) for share in row))


def write_truth(
    connection: duckdb.DuckDBPyConnection, automated: int, taste: float, output: Path
) -> None:
    """Write one row per customer, ordered by customer_id, to a Parquet file."""
    quoted = str(output).replace("'", "''")
    follows = "taste_group(customer)" if taste else "null::int"
    connection.execute(
        f"""
        copy (
            select
                customer_id(customer) as customer_id,
                propensity,
                return_chance,
                {follows} as taste_group,
                false as is_automated
            from customers
            left join early_customers using (customer)
            union all
            select
                customer_id((select count(*) from customers) + range),
                null, null, null, true
            from range({automated})
            order by customer_id
        ) to '{quoted}' (format parquet, compression zstd)
        """
    )
