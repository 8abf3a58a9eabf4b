"""What collaborative filtering learns from: the log before a cutoff, by index."""

from dataclasses import dataclass
from typing import Any

import duckdb
import pyarrow

from scripts.evidence.evidence_files import EvidenceError

# The cutoff that serves; the others are of the evidence.
NOW = 0


@dataclass(frozen=True)
class TrainingLog:
    """What lies before a cutoff.

    Attributes:
        origin: the cutoff.
        fingerprint: a hash that identifies the log before it.
        place_count: places of a list.
        customers, products: ids, whose places are the indices used below.
        pairs: customer index, product index, summed event weight of each pair, and whether
            the product excludes the customer.
        ranked_products: indices of the products to rank customers for.
        barred_customers: indices of customers who are in no list.
    """

    origin: int
    fingerprint: str
    place_count: int
    customers: pyarrow.Array
    products: pyarrow.Array
    pairs: pyarrow.Table
    ranked_products: Any
    barred_customers: Any

    @property
    def when(self) -> str:
        """The cutoff in words."""
        return "now" if self.origin == NOW else f"cutoff {self.origin}"


def check_split(connection: duckdb.DuckDBPyConnection) -> None:
    """Check that rankings can be measured on the log.

    Raises:
        EvidenceError: there is nothing to learn from, or nothing to measure it on.
    """
    customers, late_customers, known_late_products = connection.execute(
        "select customer_count, late_customer_count, known_late_product_count"
        " from intermediate.int_training_log"
    ).fetchone() or (0, 0, 0)
    if not customers:
        raise EvidenceError(
            "The log cannot be split: no interaction lies before the split. Expected a log"
            " over some time; look at its times, or at split_quantile"
        )
    if not late_customers:
        raise EvidenceError(
            "The log cannot be split: no interaction lies after the split. Look at its"
            " times, or at split_quantile"
        )
    if not known_late_products:
        raise EvidenceError(
            "Nothing can be measured: no product after the split was known before it."
            " Expected a catalogue that lasts; look at split_quantile"
        )


def read_fingerprints(connection: duckdb.DuckDBPyConnection) -> dict[int, str]:
    """The fingerprint of the log before each cutoff that has interactions before it."""
    return dict(
        connection.execute(
            "select origin, log_fingerprint from intermediate.int_cutoff_logs order by 1"
        ).fetchall()
    )


def read_training_log(connection: duckdb.DuckDBPyConnection, origin: int) -> TrainingLog:
    """Read from the warehouse what lies before a cutoff.

    Args:
        origin: one that `read_fingerprints` has.
    """
    fingerprint, place_count = connection.execute(
        "select log_fingerprint, place_count from intermediate.int_cutoff_logs"
        " where origin = ?",
        [origin],
    ).fetchone() or ("", 0)
    connection.execute(
        "create or replace temp table known as"
        " select customer_id, product_id, event_weight_sum, is_excluded"
        " from intermediate.int_cutoff_pairs where origin = ?",
        [origin],
    )
    connection.execute(
        "create or replace temp table customers as select customer_id,"
        " row_number() over (order by customer_id) - 1 as customer_index"
        " from (select distinct customer_id from known);"
        "create or replace temp table products as select product_id,"
        " row_number() over (order by product_id) - 1 as product_index"
        " from (select distinct product_id from known)"
    )
    return TrainingLog(
        origin=origin,
        fingerprint=fingerprint,
        place_count=place_count,
        customers=_column(connection, "from customers order by customer_index"),
        products=_column(connection, "from products order by product_index"),
        pairs=connection.execute(
            "select customer_index, product_index,"
            " cast(event_weight_sum as float) as weight, is_excluded from known"
            " join customers using (customer_id) join products using (product_id)"
            " order by customer_index, product_index"
        ).to_arrow_table(),
        ranked_products=connection.execute(
            "select product_index from products"
            " join intermediate.int_ranked_products using (product_id)"
            " where origin = ? order by product_index",
            [origin],
        ).fetchnumpy()["product_index"],
        # In the past, customers who opted out or are held out were ranked.
        barred_customers=connection.execute(
            "select customer_index from customers"
            " join intermediate.int_unlisted_customers using (customer_id)"
            " where ? order by customer_index",
            [origin == NOW],
        ).fetchnumpy()["customer_index"],
    )


def _column(connection: duckdb.DuckDBPyConnection, query: str) -> pyarrow.Array:
    return connection.execute(query).to_arrow_table().column(0).combine_chunks()
