"""The size of a synthetic marketplace log, and the parameters that give it its profile."""

import functools
import math
from dataclasses import dataclass

import duckdb

from scripts.reported_error import ReportedError
from scripts.synthetic.marketplace_visits import (
    BROWSING_SHARE,
    PUBLISHED_EVENTS,
    ReturnProcess,
    draw_visits,
)

PUBLISHED_INTERACTIONS = sum(PUBLISHED_EVENTS.values())
PUBLISHED_CUSTOMERS = 433_787
PUBLISHED_PRODUCTS = 200_325
PUBLISHED_RETENTION = 0.0305
SPLIT_QUANTILE = 0.8
SMALLEST_SCALE = 0.0005
LARGEST_RETENTION = 0.8

# A taste can be learned from more returning customers only if they also come more often.
PACE_PER_RETENTION = 4.0
# Of a planted retention, the propensity that leads to it is found by trying.
TRIED_CUSTOMERS = 20_000
TRIES = 14
SMALLEST_PROPENSITY, LARGEST_PROPENSITY = 1e-5, 1e3


class GeneratorError(ReportedError):
    """An option that no log can have; the message says what works."""


@dataclass(frozen=True)
class LogPlan:
    """The exact counts of a log, before any row of it exists, and how customers return."""

    interactions: int
    customers: int
    products: int
    process: ReturnProcess


def plan_log(scale: float = 1.0, retention: float | None = None) -> LogPlan:
    """Plan a log of `scale` times the published one.

    Args:
        scale: 1 is the published size.
        retention: planted share of early customers who return; None is the published one.
            With more returning customers each leaves more interactions, so the same number
            of interactions comes from fewer customers, and products in proportion.

    Raises:
        GeneratorError: scale or retention out of range.
    """
    if not (math.isfinite(scale) and SMALLEST_SCALE <= scale <= 1000):
        raise GeneratorError(
            f"--scale {scale:g}, must be between {SMALLEST_SCALE} and 1000 (1 is "
            f"{PUBLISHED_INTERACTIONS:,} interactions)"
        )
    if retention is not None and not 0 < retention <= LARGEST_RETENTION:
        raise GeneratorError(
            f"--retention {retention:g}, must be above 0 and at most {LARGEST_RETENTION}"
        )
    interactions = round(PUBLISHED_INTERACTIONS * scale)
    if retention is None:
        process = ReturnProcess()
        customers = round(PUBLISHED_CUSTOMERS * scale)
    else:
        process, per_customer = planted_process(retention)
        customers = round(interactions / per_customer)
    return LogPlan(
        interactions=interactions,
        customers=customers,
        products=round(PUBLISHED_PRODUCTS * customers / PUBLISHED_CUSTOMERS),
        process=process,
    )


@functools.lru_cache
def planted_process(retention: float) -> tuple[ReturnProcess, float]:
    """The process that leads to a retention, and interactions per customer.

    Found by bisection of the propensity, on customers of its own.
    """
    pace = 1 + PACE_PER_RETENTION * max(0.0, retention - PUBLISHED_RETENTION)
    low, high = math.log(SMALLEST_PROPENSITY), math.log(LARGEST_PROPENSITY)
    with duckdb.connect() as connection:
        for _ in range(TRIES):
            process = ReturnProcess(propensity=math.exp((low + high) / 2), pace=pace)
            found, per_customer = _try(connection, process)
            if found < retention:
                low = math.log(process.propensity)
            else:
                high = math.log(process.propensity)
    return process, per_customer


def _try(
    connection: duckdb.DuckDBPyConnection, process: ReturnProcess
) -> tuple[float, float]:
    """The retention of a process, and interactions per customer."""
    returns = draw_visits(connection, TRIED_CUSTOMERS, 0, process)
    firsts = 1 + BROWSING_SHARE
    interactions = TRIED_CUSTOMERS * firsts + returns
    row = connection.execute(
        f"""
        with visits as (
            select customer, first_moment as moment, {firsts} as events from customers
            union all
            select customer, moment, 1 from return_visits
        ),
        reached as (
            select *, sum(events) over (order by moment) as so_far from visits
        ),
        seen as (
            select bool_or(so_far < early) as is_early, bool_or(so_far >= early) as is_late
            from reached, (select {SPLIT_QUANTILE * interactions} as early)
            group by customer
        )
        select avg(is_late::int) from seen where is_early
        """
    ).fetchone()
    assert row is not None
    return float(row[0]), interactions / TRIED_CUSTOMERS
