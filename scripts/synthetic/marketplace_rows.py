"""The SQL that turns a plan into the rows of a synthetic marketplace log."""

import math
from pathlib import Path

import duckdb

from scripts.synthetic.marketplace_plan import (
    DAYS,
    FIRST_DATE,
    PUBLISHED_EVENTS,
    PUBLISHED_INTERACTIONS,
    SPLIT_DAY,
    LogPlan,
)
from scripts.synthetic.product_names import ADJECTIVES, NOUNS

TASTE_GROUPS = 50


def coprime_stride(size: int, share: float) -> int:
    """A step through 0..size-1 that visits every number once, about `share` of it wide."""
    stride = max(1, round(size * share))
    while math.gcd(stride, size) != 1:
        stride += 1
    return stride


def define_macros(
    connection: duckdb.DuckDBPyConnection, plan: LogPlan, seed: int
) -> dict[str, object]:
    """Define the SQL functions of the log's query and return what to fill into it."""
    strides = {
        "early": coprime_stride(plan.early_customers, 0.618),
        "late": coprime_stride(plan.late_customers, 0.618),
        "customer": coprime_stride(plan.customers, 0.382),
        "product": coprime_stride(plan.products, 0.382),
        "popularity": coprime_stride(plan.early_products, 0.3),
    }
    early, surviving, new = (
        plan.early_products,
        plan.surviving_products,
        plan.new_products,
    )
    always_late = surviving // 2
    spacing = max(1, (early - always_late) // max(1, surviving - always_late))
    split, last = SPLIT_DAY * 86400, DAYS * 86400
    macros = f"""
    -- Hashed twice: a hash of several values mixes the last one in by exclusive or only, so
    -- that the draws of one customer would depend on each other.
    create macro uniform(purpose, number, event) as
        (hash(hash({seed}, purpose, number, event)) >> 11) / 9007199254740992.0;
    create macro permuted(number, size, stride) as
        (number * stride + {seed} % size) % size;
    -- Rank 0 is the most popular product of the early side.
    create macro early_product(popularity) as
        permuted(popularity, {early}, {strides["popularity"]});
    -- The most popular products survive the split, and some of the others.
    create macro late_product(number) as
        case
            when number >= {surviving} then {early} + number - {surviving}
            when number < {always_late} then early_product(number)
            else early_product({always_late} + (number - {always_late}) * {spacing})
        end;
    -- Three in five products are older than the log; the others come in over time.
    create macro launch(product) as
        case
            when product >= {early}
                then {split} + {last - split} * 0.9 * uniform('launch', product, 0)
            when product % 5 < 3 then 0
            else {split} * 0.95 * uniform('launch', product, 0)
        end;
    create macro popularity_rank(size, draw, follows_taste, taste_group) as
        case
            when not follows_taste then floor(size * pow(draw, 2.5))
            else least(
                floor(size * pow(draw, 2.5) / {TASTE_GROUPS}) * {TASTE_GROUPS}
                + taste_group,
                size - 1
            )
        end;
    create macro drawn_product(is_late, draw, newcomer, follows_taste, taste_group) as
        cast(case
            when not is_late
                then early_product(cast(popularity_rank(
                    {early}, draw, follows_taste, taste_group
                ) as bigint))
            when newcomer < 0.5 and not follows_taste
                then {early} + floor({new} * pow(draw, 2.5))
            else late_product(cast(popularity_rank(
                {max(1, always_late)}, draw, follows_taste, taste_group
            ) as bigint))
        end as bigint);
    -- Few events at night, most in the evening; the day stays.
    create macro time_of_day(second, earliest, latest) as
        greatest(earliest, least(latest, 86400 * (
            floor(second / 86400) + (second % 86400) / 86400
            - 0.7 / (2 * pi()) * (
                sin(2 * pi() * ((second % 86400) / 86400 - 0.72)) + sin(2 * pi() * 0.72)
            )
        )));
    create macro product_name(product) as
        {list(ADJECTIVES)}[1 + cast(hash(product, 'adjective') % {len(ADJECTIVES)} as int)]
        || ' '
        || {list(NOUNS)}[1 + cast(hash(product, 'noun') % {len(NOUNS)} as int)]
        || ' ' || (product + 1);
    """
    connection.execute(macros)
    bounds: list[tuple[str, float]] = []
    reached = 0.0
    for event, count in PUBLISHED_EVENTS.items():
        reached += count / PUBLISHED_INTERACTIONS
        bounds.append((event, reached))
    return {
        "customers": plan.customers,
        "early_customers": plan.early_customers,
        "late_customers": plan.late_customers,
        "products": plan.products,
        "early_products": early,
        "surviving_products": surviving,
        "late_products": surviving + new,
        "early_stride": strides["early"],
        "late_stride": strides["late"],
        "customer_stride": strides["customer"],
        "product_stride": strides["product"],
        "split_second": split,
        "last_second": last,
        "taste_groups": TASTE_GROUPS,
        "first_date": FIRST_DATE,
        "event_offset": (seed * 0.7548776662466927) % 1,
        "event_cases": " ".join(
            f"when event_position < {bound} then '{event}'" for event, bound in bounds[:-1]
        )
        + f" else '{bounds[-1][0]}'",
    }


def log_query(
    connection: duckdb.DuckDBPyConnection, plan: LogPlan, seed: int, taste: float
) -> str:
    """Register the plan on the connection and return the SQL that yields the log's rows."""
    connection.execute(
        "create or replace temp table activity_ranges (customer_class text,"
        " first_customer bigint, last_customer bigint, interactions bigint,"
        " late_interactions bigint)"
    )
    connection.executemany(
        "insert into activity_ranges values (?, ?, ?, ?, ?)",
        [
            (
                r.customer_class,
                r.first_customer,
                r.last_customer,
                r.interactions,
                r.late_interactions,
            )
            for r in plan.ranges
            if r.last_customer > r.first_customer
        ],
    )
    values = define_macros(connection, plan, seed)
    template = Path(__file__).with_suffix(".sql").read_text(encoding="utf-8")
    return template.format(taste=taste, **values)
