"""Rank customers by collaborative filtering (ALS), to be measured and to serve.

Trained at each cutoff of the evidence, and now, on what lies before it. For every product
that gets a list there, it ranks the customers whom the product does not exclude, and stores
the first of them in a file that the warehouse reads. The SQL that measures and serves every
ranking measures and serves this one too.

Alternating least squares for implicit feedback: Hu, Koren and Volinsky 2008,
doi:10.1109/ICDM.2008.22, as implemented by the library `implicit`.
"""

from collections.abc import Callable, Iterable

import pyarrow

from scripts.build_folder import BuildFolder
from scripts.evidence.evidence_files import (
    not_installed,
    open_warehouse,
    store,
    with_fingerprint,
)
from scripts.evidence.training_log import (
    NOW,
    TrainingLog,
    check_split,
    read_fingerprints,
    read_training_log,
)

FACTORS = 50
ITERATIONS = 50
REGULARIZATION = 0.01
SEED = 42
# Scores of a batch of products for all customers, bytes.
BATCH_BYTES = 256_000_000
# Files of the lists, apart: a build may renew those of now alone.
PAST_FILE, NOW_FILE = "als_rankings", "now/als_rankings"

# Called after every step: what is being done, how many steps are done, how many there are.
Progress = Callable[[str, int, int], None]


def rank_customers(log: TrainingLog, show: Progress | None = None) -> pyarrow.Table:
    """Rank customers for each product by the scores of ALS.

    Args:
        log: what to learn from.
        show: told how far it is.

    Returns:
        product_id, customer_id and score, best first, of the first customers whom the
        product does not exclude. The same log gives the same ranking.

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
            show(f"ALS iterations, {log.when}", iteration + 1, ITERATIONS)

    customers, products, weights, is_excluded = (
        log.pairs.column(name).to_numpy()
        for name in ("customer_index", "product_index", "weight", "is_excluded")
    )
    shape = len(log.customers), len(log.products)
    matrix = sparse.csr_matrix((weights, (customers, products)), shape=shape)
    # The library solves and scores in as many threads as there are cores: a BLAS with
    # threads of its own makes them wait for each other, and sums in other orders.
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
    excluded = sparse.csr_matrix(
        (weights[is_excluded], (products[is_excluded], customers[is_excluded])),
        shape=shape[::-1],
    )
    batch = max(1, BATCH_BYTES // (4 * len(log.customers)))
    tables = [
        pyarrow.table(
            {
                "product_id": log.products.slice(0, 0),
                "customer_id": log.customers.slice(0, 0),
                "score": pyarrow.array([], pyarrow.float64()),
            }
        )
    ]
    for first in range(0, len(log.ranked_products), batch):
        asked = log.ranked_products[first : first + batch]
        with threadpool_limits(1, "blas"):
            found, scores = model.recommend(
                asked,
                excluded[asked],
                N=min(log.place_count, len(log.customers)),
                filter_already_liked_items=True,
                filter_items=log.barred_customers if len(log.barred_customers) else None,
            )
        # Where fewer customers are left, those who are excluded fill the places.
        is_left = scores > numpy.finfo(numpy.float32).min
        tables.append(
            pyarrow.table(
                {
                    "product_id": log.products.take(
                        numpy.repeat(asked, is_left.sum(axis=1))
                    ),
                    "customer_id": log.customers.take(found[is_left]),
                    "score": scores[is_left].astype("float64").round(9),
                }
            )
        )
        if show is not None:
            done = min(first + batch, len(log.ranked_products))
            show(f"products ranked by ALS, {log.when}", done, len(log.ranked_products))
    return pyarrow.concat_tables(tables)


def fit_past(folder: BuildFolder, show: Progress | None = None) -> int:
    """Rank by ALS at the cutoffs of the evidence, and store the lists.

    Returns:
        The number of lists, one per cutoff and product.

    Raises:
        EvidenceError: there is no warehouse, nothing to learn from, or no library.
    """
    with open_warehouse(folder) as connection:
        check_split(connection)
        origins = read_fingerprints(connection).keys() - {NOW}
    return _fit(folder, PAST_FILE, sorted(origins), show)


def fit_now(folder: BuildFolder, show: Progress | None = None) -> int:
    """Rank by ALS on the whole log, and store the lists.

    Returns and raises as `fit_past`.
    """
    with open_warehouse(folder) as connection:
        origins = read_fingerprints(connection).keys() & {NOW}
    return _fit(folder, NOW_FILE, origins, show)


def _fit(
    folder: BuildFolder, name: str, origins: Iterable[int], show: Progress | None
) -> int:
    tables = []
    for origin in origins:
        with open_warehouse(folder) as connection:
            log = read_training_log(connection, origin)
        if not len(log.ranked_products):
            continue
        lists = rank_customers(log, show)
        column = pyarrow.array([origin] * lists.num_rows, pyarrow.int64())
        tables.append(
            with_fingerprint(lists.add_column(0, "origin", column), log.fingerprint)
        )
    if not tables:
        return 0
    rows = pyarrow.concat_tables(tables)
    store(folder, name, rows)
    return int(rows.group_by(["origin", "product_id"]).aggregate([]).num_rows)


def print_progress(step: str, done: int, total: int) -> None:
    """Say how far it is: a line for every fifth of the way."""
    if done == total or done * 5 // total > (done - 1) * 5 // total:
        print(f"  {done:>5}/{total}  {step}", flush=True)
