"""Rank customers by collaborative filtering (ALS), for the warehouse to measure.

Trained on the early side of the split only. For every late product that the early side
knows, it ranks the customers who have not touched it, and stores the rankings in a file
that the warehouse reads. The SQL that measures every recommender measures them too.

Alternating least squares for implicit feedback: Hu, Koren and Volinsky 2008,
doi:10.1109/ICDM.2008.22, as implemented by the library `implicit`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pyarrow
from pyarrow import parquet

from scripts.build_folder import BuildFolder
from scripts.reported_error import ReportedError

FACTORS = 50
ITERATIONS = 50
REGULARIZATION = 0.01
SEED = 42
PLACES = 20
# Scores of a batch of products for all customers, bytes.
BATCH_BYTES = 256_000_000

# Called after every step: what is being done, how many steps are done, how many there are.
Progress = Callable[[str, int, int], None]


class EvidenceError(ReportedError):
    """Evidence that cannot be measured; the message says why and what to do."""


@dataclass(frozen=True)
class TrainingLog:
    """The early side of the split.

    Attributes:
        fingerprint: a hash that identifies the log.
        customers, products: ids, whose places are the indices used below.
        pairs: customer index, product index and summed event weight of each pair.
        ranked_products: indices of the products to rank customers for.
    """

    fingerprint: str
    customers: pyarrow.Array
    products: pyarrow.Array
    pairs: pyarrow.Table
    ranked_products: Any


def read_training_log(connection: duckdb.DuckDBPyConnection) -> TrainingLog:
    """Read the early side of the split from the warehouse.

    Raises:
        EvidenceError: there is nothing to learn from, or nothing to measure it on.
    """
    fingerprint, customers, late_customers, known_late_products = connection.execute(
        "select log_fingerprint, customer_count, late_customer_count,"
        " known_late_product_count from intermediate.int_training_log"
    ).fetchone() or (None, 0, 0, 0)
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
    connection.execute(
        "create temp table early as"
        " select customer_id, product_id, early_weight_sum"
        " from intermediate.int_customer_product_sides where early_count > 0;"
        "create temp table customers as select customer_id,"
        " row_number() over (order by customer_id) - 1 as customer_index"
        " from (select distinct customer_id from early);"
        "create temp table products as select product_id,"
        " row_number() over (order by product_id) - 1 as product_index"
        " from (select distinct product_id from early)"
    )
    return TrainingLog(
        fingerprint=fingerprint,
        customers=_column(connection, "from customers order by customer_index"),
        products=_column(connection, "from products order by product_index"),
        pairs=connection.execute(
            "select customer_index, product_index,"
            " cast(early_weight_sum as float) as weight from early"
            " join customers using (customer_id) join products using (product_id)"
            " order by customer_index, product_index"
        ).to_arrow_table(),
        ranked_products=connection.execute(
            "select distinct product_index from products"
            " join intermediate.int_customer_product_sides using (product_id)"
            " where late_count > 0 order by product_index"
        ).fetchnumpy()["product_index"],
    )


def _column(connection: duckdb.DuckDBPyConnection, query: str) -> pyarrow.Array:
    return connection.execute(query).to_arrow_table().column(0).combine_chunks()


def rank_customers(log: TrainingLog, show: Progress | None = None) -> pyarrow.Table:
    """Rank customers for each product by the scores of ALS.

    Args:
        log: what to learn from.
        show: told how far it is.

    Returns:
        product_id, customer_id, recommendation_rank (1 is best, up to 20) and score of
        customers who have not touched the product. The same log gives the same ranking.

    Raises:
        EvidenceError: the library is not installed.
    """
    try:
        import numpy
        from implicit.als import AlternatingLeastSquares
        from scipy import sparse
        from threadpoolctl import threadpool_limits
    except ImportError as error:
        raise not_installed(error) from error

    def report(iteration: int, *_: object) -> None:
        if show is not None:
            show("ALS iterations", iteration + 1, ITERATIONS)

    customers, products = (
        log.pairs.column(name).to_numpy() for name in ("customer_index", "product_index")
    )
    matrix = sparse.csr_matrix(
        (log.pairs.column("weight").to_numpy(), (customers, products)),
        shape=(len(log.customers), len(log.products)),
    )
    # The factors are solved in as many threads as there are cores, on small matrices: a
    # BLAS with threads of its own makes them wait for each other, and sums in other orders.
    with threadpool_limits(1, "blas"):
        model = AlternatingLeastSquares(
            factors=FACTORS,
            iterations=ITERATIONS,
            regularization=REGULARIZATION,
            random_state=SEED,
            use_gpu=False,
        )
        model.fit(matrix, show_progress=False, callback=report)

    # The library recommends products to customers; the other way round is the same model
    # with its two sides exchanged.
    model.user_factors, model.item_factors = model.item_factors, model.user_factors
    customers_of = matrix.T.tocsr()
    batch = max(1, BATCH_BYTES // (4 * len(log.customers)))
    tables = []
    for first in range(0, len(log.ranked_products), batch):
        asked = log.ranked_products[first : first + batch]
        found, scores = model.recommend(
            asked,
            customers_of[asked],
            N=min(PLACES, len(log.customers)),
            filter_already_liked_items=True,
        )
        # Where fewer customers are left, those who touched the product fill the places.
        is_left = scores > numpy.finfo(numpy.float32).min
        places = numpy.broadcast_to(numpy.arange(1, found.shape[1] + 1), found.shape)
        tables.append(
            pyarrow.table(
                {
                    "product_id": log.products.take(
                        numpy.repeat(asked, is_left.sum(axis=1))
                    ),
                    "customer_id": log.customers.take(found[is_left]),
                    "recommendation_rank": places[is_left].astype("int64"),
                    "score": scores[is_left],
                }
            )
        )
        if show is not None:
            done = min(first + batch, len(log.ranked_products))
            show("products ranked by ALS", done, len(log.ranked_products))
    return pyarrow.concat_tables(tables)


def check(folder: BuildFolder, show: Progress | None = None) -> int:
    """Rank by ALS on the split of a folder's warehouse, and store the rankings in a file.

    Returns:
        The number of products that customers were ranked for.

    Raises:
        EvidenceError: there is no warehouse, nothing to learn from, or no library.
    """
    with open_warehouse(folder) as connection:
        log = read_training_log(connection)
    rankings = rank_customers(log, show)
    store(folder, "als_rankings", log.fingerprint, rankings)
    return len(log.ranked_products)


def not_installed(error: ImportError) -> EvidenceError:
    """The error for a missing library of the evidence."""
    return EvidenceError(
        f"{error.name} is not installed: run `make evidence`, or install the project with"
        " its extra `evidence`"
    )


def open_warehouse(folder: BuildFolder) -> duckdb.DuckDBPyConnection:
    """The private warehouse, for reading.

    Raises:
        EvidenceError: there is none.
    """
    if not folder.warehouse.exists():
        raise EvidenceError(f"No warehouse at {folder.warehouse}: run `make evidence`")
    return duckdb.connect(folder.warehouse, read_only=True)


def store(folder: BuildFolder, name: str, fingerprint: str, rows: pyarrow.Table) -> Path:
    """Write rows for the warehouse in one step, with the fingerprint of their log."""
    folder.evidence.mkdir(parents=True, exist_ok=True)
    path = folder.evidence / f"{name}.parquet"
    unfinished = path.with_name(f".unfinished-{path.name}")
    column = pyarrow.array([fingerprint] * rows.num_rows, pyarrow.string())
    parquet.write_table(rows.add_column(0, "log_fingerprint", column), unfinished)
    unfinished.replace(path)
    return path


def print_progress(step: str, done: int, total: int) -> None:
    """Say how far it is: a line for every fifth of the way."""
    if done == total or done * 5 // total > (done - 1) * 5 // total:
        print(f"  {done:>5}/{total}  {step}", flush=True)
