"""The counts of a synthetic marketplace log, planned before its rows are written.

They follow the published profile, or change with another share of returning customers. All
counts are exact integers, and the log has exactly these counts.
"""

import math
from dataclasses import dataclass

from scripts.reported_error import ReportedError
from scripts.synthetic.activity_counts import split_sides, spread_repeats

PUBLISHED_INTERACTIONS = 498_879
PUBLISHED_CUSTOMERS = 433_787
PUBLISHED_PRODUCTS = 200_325
PUBLISHED_RETENTION = 0.0305
PUBLISHED_EVENTS = {
    "cart": 304_282,
    "purchased": 166_150,
    "wishlist": 22_178,
    "search_keyword": 3_190,
    "rating": 3_079,
}
FIRST_DATE = "2022-10-01"
DAYS = 182
SPLIT_DAY = 146
SPLIT_QUANTILE = 0.8

# Shares of the published profile. Its own counts of early and late customers (and products)
# do not add up to its totals; the shares of each other are kept, the totals are exact.
POWER_CUSTOMER_SHARE = 0.0015
EXTRA_PER_RETURNING_CUSTOMER = 1.8
EXTRA_PER_OTHER_REPEATER = 1.2066
REPEATER_SHARE_OF_OTHERS = 0.0897
MEAN_OF_OTHERS = 1 + REPEATER_SHARE_OF_OTHERS * EXTRA_PER_OTHER_REPEATER
LATE_CUSTOMER_SHARE = 0.1832
LATE_PRODUCT_SHARE = 0.27292
NEW_SHARE_OF_LATE_PRODUCTS = 0.5698
# A taste can be learned from more returning customers only if they also do more.
EXTRA_PER_POINT_OF_RETENTION = 15.0
SMALLEST_SCALE = 0.0005


class GeneratorError(ReportedError):
    """An option that no log can have; the message says what works."""


@dataclass(frozen=True)
class ActivityRange:
    """Consecutive customers of one class who all have the same number of interactions."""

    customer_class: str
    first_customer: int
    last_customer: int
    interactions: int
    late_interactions: int


@dataclass(frozen=True)
class LogPlan:
    """Every count of a log, before any row of it exists.

    Attributes:
        ranges: the customers by class (returning, early, late) and interactions; classes
            and customers in this order, without gaps.
        early_customers: customers first seen before the split, returning ones included.
        early_products: products first seen before the split.
        surviving_products: those of them that are also seen after it.
        new_products: products first seen after the split.
    """

    ranges: list[ActivityRange]
    early_customers: int
    late_customers: int
    early_products: int
    surviving_products: int
    new_products: int

    @property
    def customers(self) -> int:
        return self.early_customers + self.late_customers

    @property
    def products(self) -> int:
        return self.early_products + self.new_products

    @property
    def interactions(self) -> int:
        return sum(
            (r.last_customer - r.first_customer) * r.interactions for r in self.ranges
        )


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
    if retention is not None and not 0 < retention <= 0.8:
        raise GeneratorError(f"--retention {retention:g}, must be above 0 and at most 0.8")
    interactions = round(PUBLISHED_INTERACTIONS * scale)
    rate = PUBLISHED_RETENTION if retention is None else retention
    extra_per_returning = EXTRA_PER_RETURNING_CUSTOMER + max(
        0.0, EXTRA_PER_POINT_OF_RETENTION * (rate - PUBLISHED_RETENTION)
    )
    if retention is None:
        customers = round(PUBLISHED_CUSTOMERS * scale)
    else:
        returning_share = rate * (1 - LATE_CUSTOMER_SHARE)
        extras_per_customer = (
            returning_share * extra_per_returning
            + (1 - returning_share) * REPEATER_SHARE_OF_OTHERS * EXTRA_PER_OTHER_REPEATER
        )
        customers = round(interactions / (1 + extras_per_customer))
    products = round(PUBLISHED_PRODUCTS * scale * customers / (PUBLISHED_CUSTOMERS * scale))

    late_total = interactions - math.ceil(interactions * SPLIT_QUANTILE)
    # Of the late interactions the returning customers, rate * (customers - late), need at
    # least one each and can have some of their extras; the late customers have the rest.
    fewest = (late_total - 0.7 * rate * extra_per_returning * customers) / MEAN_OF_OTHERS
    most = (late_total - 1.1 * rate * customers) / (MEAN_OF_OTHERS - 1.1 * rate)
    late = int(min(max(customers * LATE_CUSTOMER_SHARE, fewest), most))
    returning = max(1, round(rate * (customers - late)))
    returning_extras = round(returning * extra_per_returning)
    others = customers - returning
    other_extras = interactions - customers - returning_extras
    late_interactions = late + round(late * other_extras / others)
    early_only = others - late
    early_interactions = interactions - late_interactions - returning - returning_extras
    late_of_returning = late_total - late_interactions
    if min(late, other_extras, early_only) < 1 or not (
        returning <= late_of_returning <= returning_extras
    ):
        raise GeneratorError(
            f"--retention {rate:g} at --scale {scale:g}: no log has so many returning"
            " customers; choose another retention or a larger scale"
        )

    ranges: list[ActivityRange] = []
    first = 0

    def add(customer_class: str, counts: list[tuple[int, int, int]]) -> None:
        nonlocal first
        for number, late_number, members in counts:
            ranges.append(
                ActivityRange(customer_class, first, first + members, number, late_number)
            )
            first += members

    def once_and_more(members: int, total: int) -> list[tuple[int, int]]:
        extras = total - members
        repeaters = min(extras, round(extras / EXTRA_PER_OTHER_REPEATER))
        power = round(POWER_CUSTOMER_SHARE / 2 * members)
        repeats = spread_repeats(repeaters, extras, min(power, repeaters))
        return [*repeats, (1, members - repeaters)]

    power_share = max(
        POWER_CUSTOMER_SHARE * customers / 2 / returning,
        # With more interactions each, more of the returning customers have many.
        (extra_per_returning - EXTRA_PER_RETURNING_CUSTOMER) / 11,
    )
    power = min(returning, round(returning * power_share))
    add(
        "returning",
        split_sides(spread_repeats(returning, returning_extras, power), late_of_returning),
    )
    add("early", [(n, 0, m) for n, m in once_and_more(early_only, early_interactions)])
    add("late", [(n, n, m) for n, m in once_and_more(late, late_interactions)])

    products = min(products, int(late / LATE_PRODUCT_SHARE))
    # Every late product is introduced by a late customer of its own.
    late_products = round(products * LATE_PRODUCT_SHARE)
    new_products = round(late_products * NEW_SHARE_OF_LATE_PRODUCTS)
    return LogPlan(
        ranges=ranges,
        early_customers=returning + early_only,
        late_customers=late,
        early_products=products - new_products,
        surviving_products=late_products - new_products,
        new_products=new_products,
    )
