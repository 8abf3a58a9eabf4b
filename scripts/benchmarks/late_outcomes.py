"""Lists of customers, compared with what happened later.

Nothing here is shared with the models: it takes lists and pairs of customers and products.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import duckdb
import numpy as np

PLACES = 10
REPLICATES = 1000
SEED = 19


@dataclass(frozen=True)
class Outcome:
    """How good lists are, as shares.

    Attributes:
        products: how many lists were looked at.
        precision: share of the ten places whose customer touches the product later.
        ndcg: normalized discounted cumulative gain (Järvelin and Kekäläinen 2002).
        named: how many different customers the lists name.
        hits: by customer, in how many places it touches the product later.
    """

    products: int
    precision: float
    ndcg: float
    named: int
    hits: Mapping[str, int]


def gain(place: int) -> float:
    """The discounted gain of a hit at a place; places start at 1."""
    return 1 / math.log2(place + 1)


def create_relevant(connection: duckdb.DuckDBPyConnection, condition: str) -> None:
    """Create `judged_products` and `relevant` out of `early_pairs` and `late_pairs`.

    Relevant are the late customers of a product without an early interaction with it, new
    customers included. A product without any counts too: its list cannot hit.

    Args:
        condition: which late products are judged, over `product_id`.
    """
    connection.execute(
        f"""
        create or replace table judged_products as
        select distinct product_id from late_pairs where {condition};
        create or replace table relevant as
        select late_pairs.* from late_pairs
        semi join judged_products using (product_id)
        anti join early_pairs using (customer_id, product_id);
        """
    )


def judge(connection: duckdb.DuckDBPyConnection, lists: str) -> Outcome:
    """Hold lists against the relevant customers.

    Args:
        lists: a relation with product_id, place and customer_id.
    """
    counts = dict(
        connection.execute(
            "select product_id, count(*) from relevant group by product_id"
        ).fetchall()
    )
    row = connection.execute(
        "select (select count(*) from judged_products), (select count(distinct customer_id)"
        f" from {lists} semi join judged_products using (product_id)"
        f" where place <= {PLACES})"
    ).fetchone()
    assert row is not None
    products, named = row
    rows = connection.execute(
        f"select product_id, place, customer_id from {lists}"
        f" semi join relevant using (product_id, customer_id) where place <= {PLACES}"
    ).fetchall()
    ideal = [0.0]
    for place in range(1, PLACES + 1):
        ideal.append(ideal[-1] + gain(place))
    hits: dict[str, int] = {}
    gained = 0.0
    for product, place, customer in rows:
        hits[customer] = hits.get(customer, 0) + 1
        gained += gain(place) / ideal[min(PLACES, counts[product])]
    if not products:
        return Outcome(0, math.nan, math.nan, named, hits)
    return Outcome(products, len(rows) / PLACES / products, gained / products, named, hits)


def difference_interval(
    first: Outcome, second: Outcome, customers: int
) -> tuple[float, float]:
    """The 95 % interval of a difference of precisions, customers resampled.

    Args:
        first: less `second`, of the same products.
        customers: how many there are; most have no hit in either.
    """
    named = sorted(first.hits.keys() | second.hits.keys())
    if not named or not first.products:
        return 0.0, 0.0
    differences = np.array([first.hits.get(c, 0) - second.hits.get(c, 0) for c in named])
    # Customers without a hit are drawn together.
    chances = np.full(len(named) + 1, 1 / customers)
    chances[-1] = 1 - len(named) / customers
    drawn = np.random.default_rng(SEED).multinomial(customers, chances, size=REPLICATES)
    sums = drawn[:, :-1] @ differences / (PLACES * first.products)
    low, high = np.quantile(sums, [0.025, 0.975])
    return float(low), float(high)


def create_first_outside(
    connection: duckdb.DuckDBPyConnection, order: str, lists: str
) -> None:
    """Create lists of the first customers of one order without those who touched early.

    Args:
        order: a relation with customer_id and place, the same for all products.
        lists: the name of the table to create.
    """
    ordered = [
        customer
        for (customer,) in connection.execute(
            f"select customer_id from {order} order by place"
        ).fetchall()
    ]
    excluded: dict[str, set[str]] = {}
    for product, customer in connection.execute(
        "select product_id, customer_id from early_pairs"
        " semi join judged_products using (product_id)"
    ).fetchall():
        excluded.setdefault(product, set()).add(customer)
    products, places, customers = [], [], []
    for (product,) in connection.execute("from judged_products order by all").fetchall():
        place = 0
        for customer in ordered:
            if customer not in excluded.get(product, ()):
                place += 1
                products.append(product)
                places.append(place)
                customers.append(customer)
            if place == PLACES:
                break
    columns = {
        "product_id": np.array(products, dtype=object),
        "place": np.array(places, dtype=np.int64),
        "customer_id": np.array(customers, dtype=object),
    }
    connection.register("found", columns)
    connection.execute(f"create or replace table {lists} as from found")
    connection.unregister("found")
