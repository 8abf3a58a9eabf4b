"""The SQL that turns a plan into the rows of a synthetic marketplace log."""

from pathlib import Path

import duckdb

from scripts.synthetic import product_names
from scripts.synthetic.marketplace_clock import DAYS, FIRST_DATE, clock
from scripts.synthetic.marketplace_plan import PUBLISHED_INTERACTIONS, LogPlan
from scripts.synthetic.marketplace_visits import (
    BROWSING_SHARE,
    PUBLISHED_EVENTS,
    coprime_stride,
    draw_visits,
)

TASTE_GROUPS = 50
# Share of the other events of a first visit that concern the product it introduces.
SAME_PRODUCT_SHARE = 0.35
# These give the published shares of late and of new products. A share x of the time has
# brought in x + bend * (x - x * x) of the products; exponents of 1 would be even choices.
INTRODUCTION_BEND = 0.22
POPULAR_SHARE = 0.12
POPULARITY = 2.0
NEWEST_SHARE = 0.3
NOVELTY = 9.0
# Events of an automated customer, all on one day.
FEWEST_AUTOMATED_EVENTS = 300
AUTOMATED_SPREAD = 400


def automated_interactions(customers: int) -> int:
    """The interactions of automated customers, as in marketplace_rows.sql."""
    return sum(
        FEWEST_AUTOMATED_EVENTS + number * 137 % AUTOMATED_SPREAD
        for number in range(customers)
    )


def create_log_rows(
    connection: duckdb.DuckDBPyConnection,
    plan: LogPlan,
    seed: int,
    taste: float = 0.0,
    automated: int = 0,
) -> None:
    """Create the views `timed_events` and `log_rows`, and what they read."""
    extras = plan.interactions - plan.customers
    extras -= draw_visits(connection, plan.customers, seed, plan.process, extras)
    connection.execute("set variable clock = ?::double[]", [clock(seed).tolist()])
    cases = []
    reached = 0.0
    for event, count in PUBLISHED_EVENTS.items():
        reached += count / PUBLISHED_INTERACTIONS
        cases.append(f"when event_draw < {reached} then '{event}'")
    template = Path(__file__).with_suffix(".sql").read_text(encoding="utf-8")
    connection.execute(
        template.format(
            days=DAYS,
            first_date=FIRST_DATE,
            customers=plan.customers,
            all_customers=plan.customers + automated,
            id_stride=coprime_stride(plan.customers + automated, 0.382),
            browsing_customers=max(1, round(BROWSING_SHARE * plan.customers)),
            extras=extras,
            products=plan.products,
            product_stride=coprime_stride(plan.products, 0.382),
            introduction_bend=INTRODUCTION_BEND,
            popularity=POPULARITY,
            popular_share=POPULAR_SHARE,
            newest_share=NEWEST_SHARE,
            novelty=NOVELTY,
            same_product_share=SAME_PRODUCT_SHARE,
            taste=taste,
            taste_groups=TASTE_GROUPS,
            automated=automated,
            fewest_automated_events=FEWEST_AUTOMATED_EVENTS,
            automated_spread=AUTOMATED_SPREAD,
            event_cases=" ".join(cases[:-1]) + f" else '{list(PUBLISHED_EVENTS)[-1]}'",
            adjectives=product_names.ADJECTIVES,
            adjective_count=len(product_names.ADJECTIVES),
            nouns=product_names.NOUNS,
            noun_count=len(product_names.NOUNS),
        )
    )
