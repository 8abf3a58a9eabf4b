"""When the customers of a synthetic marketplace come, and how often they come back.

Each customer has a planted propensity: how many returns to expect after the first visit. It
is higher with several events in that visit, higher if the first event is a purchase, and
grows from cohort to cohort. The hazard of a return is this number times a function of the
time since the last visit: none at first, then high and decaying. After a return, more
returns are to be expected.

The constants solve for the published figures of retention. They leave little choice: nearly
as many customers return after the split as ever return after 30 days. So they must come
regularly, and seldom enough for the published number of interactions.
"""

import math
from dataclasses import asdict, dataclass
from pathlib import Path

import duckdb

from scripts.synthetic.marketplace_clock import DAYS

PUBLISHED_EVENTS = {
    "cart": 304_282,
    "purchased": 166_150,
    "wishlist": 22_178,
    "search_keyword": 3_190,
    "rating": 3_079,
}
BROWSING_SHARE = 0.0765


@dataclass(frozen=True)
class ReturnProcess:
    """The parameters of all returns. Times are in days of mean volume.

    Attributes:
        propensity: returns to expect of the first customer, if nothing raises it.
        pace: how many times as fast customers return as in the published profile.
        cohort_growth: logarithm of the propensity's growth from the first to the last day.
        browsing_factor: how much higher it is with several events in the first visit.
        purchase_factor: how much higher it is if the first event is a purchase.
        newcomer_rest, newcomer_memory: days after the first visit without a return, and in
            which the hazard then falls by a factor of e.
        regular_rest, regular_memory: the same after later visits.
        regular_factor: how many times more returns to expect after a return.
        most_expected_again: the most that this factor leads to.
        pace_start, pace_exponent, largest_pace: a few customers come more often: their
            paces follow a Pareto law.
    """

    propensity: float = 0.0254
    pace: float = 1.0
    cohort_growth: float = 1.25
    browsing_factor: float = 2.2
    purchase_factor: float = 1.15
    newcomer_rest: float = 20.0
    newcomer_memory: float = 10.0
    regular_rest: float = 31.0
    regular_memory: float = 4.0
    regular_factor: float = 26.0
    most_expected_again: float = 2.1
    pace_start: float = 0.02
    pace_exponent: float = 1.8
    largest_pace: float = 30.0


def coprime_stride(size: int, share: float) -> int:
    """A step through 0..size-1 that visits every number once, about `share` of it wide."""
    stride = max(1, round(size * share))
    while math.gcd(stride, size) != 1:
        stride += 1
    return stride


def draw_visits(
    connection: duckdb.DuckDBPyConnection,
    customers: int,
    seed: int,
    process: ReturnProcess,
    most_returns: int | None = None,
) -> int:
    """Create the tables `customers` and `return_visits`.

    Args:
        most_returns: further returns are dropped, at random.

    Returns:
        The number of return visits.
    """
    events = sum(PUBLISHED_EVENTS.values())
    from_cart = PUBLISHED_EVENTS["cart"] / events
    template = Path(__file__).with_suffix(".sql").read_text(encoding="utf-8")
    connection.execute(
        template.format(
            seed=seed,
            customers=customers,
            days=DAYS,
            # Even spreads in two dimensions: the R2 sequence of Martin Roberts.
            customer_stride=coprime_stride(customers, 0.7548776662466927),
            event_offset=(seed * 0.7548776662466927) % 1,
            browsing_customers=round(BROWSING_SHARE * customers),
            purchase_from=from_cart,
            purchase_until=from_cart + PUBLISHED_EVENTS["purchased"] / events,
            kept_visits=(
                ""
                if most_returns is None
                else "order by uniform('kept', customer, visit), customer, visit"
                f" limit {most_returns}"
            ),
            **asdict(process),
        )
    )
    row = connection.execute("select count(*) from return_visits").fetchone()
    assert row is not None
    return int(row[0])
