"""ALS on matrices whose answer is known, and what stops it."""

import sys
from pathlib import Path

import duckdb
import numpy
import pyarrow
import pytest

from scripts.build_folder import BuildFolder
from scripts.evidence.als_ranking import (
    PLACES,
    EvidenceError,
    TrainingLog,
    check,
    rank_customers,
    read_training_log,
)

CUSTOMERS, PRODUCTS = 40, 30


def training_log(pairs: list[tuple[int, int]], ranked: list[int]) -> TrainingLog:
    """A log whose ids are the indices times ten."""
    customers, products = zip(*sorted(pairs), strict=True)
    return TrainingLog(
        fingerprint="test",
        customers=pyarrow.array(range(0, CUSTOMERS * 10, 10), pyarrow.int64()),
        products=pyarrow.array(range(0, PRODUCTS * 10, 10), pyarrow.int64()),
        pairs=pyarrow.table(
            {
                "customer_index": pyarrow.array(customers, pyarrow.int64()),
                "product_index": pyarrow.array(products, pyarrow.int64()),
                "weight": pyarrow.array([1.0] * len(pairs), pyarrow.float32()),
            }
        ),
        ranked_products=numpy.array(ranked),
    )


def checkerboard(holes: set[tuple[int, int]]) -> list[tuple[int, int]]:
    """Even customers touch even products, odd ones odd products; except the holes."""
    return [
        (customer, product)
        for customer in range(CUSTOMERS)
        for product in range(PRODUCTS)
        if customer % 2 == product % 2 and (customer, product) not in holes
    ]


def test_the_missing_fields_of_a_checkerboard_come_first() -> None:
    holes = {
        (customer, product) for product in (4, 7) for customer in (product, 20 + product)
    }
    rankings = rank_customers(training_log(checkerboard(holes), ranked=[4, 7]))
    rows = rankings.to_pylist()
    for product in (4, 7):
        named = [row for row in rows if row["product_id"] == product * 10]
        assert {row["customer_id"] for row in named[:2]} == {
            10 * customer for customer, hole in holes if hole == product
        }
        assert [row["recommendation_rank"] for row in named] == list(range(1, PLACES + 1))
        # What is left is of the other colour.
        assert {row["customer_id"] // 10 % 2 for row in named[2:]} == {1 - product % 2}


def test_customers_of_the_product_are_not_named() -> None:
    pairs = checkerboard(set()) + [(customer, 4) for customer in range(1, CUSTOMERS - 6, 2)]
    rows = rank_customers(training_log(pairs, ranked=[4])).to_pylist()
    # Three odd customers are left; no customer is left for the other places.
    assert sorted(row["customer_id"] for row in rows) == [350, 370, 390]


def test_the_same_log_gives_the_same_ranking() -> None:
    log = training_log(checkerboard({(4, 4)}), ranked=list(range(PRODUCTS)))
    assert rank_customers(log).equals(rank_customers(log))


def test_progress_is_shown_to_the_end() -> None:
    steps: list[tuple[str, int, int]] = []
    rank_customers(
        training_log(checkerboard(set()), ranked=[1, 2]),
        lambda step, done, total: steps.append((step, done, total)),
    )
    assert ("ALS iterations", 50, 50) in steps
    assert steps[-1] == ("products ranked by ALS", 2, 2)


def warehouse(rows: list[tuple[int, int, int, int]]) -> duckdb.DuckDBPyConnection:
    """Tables that the check reads: customer, product, early and late count."""
    connection = duckdb.connect()
    connection.execute(
        "create schema intermediate;"
        "create table intermediate.int_customer_product_sides (customer_id bigint,"
        " product_id bigint, early_count bigint, late_count bigint,"
        " early_weight_sum decimal(18, 6))"
    )
    connection.executemany(
        "insert into intermediate.int_customer_product_sides values (?, ?, ?, ?, 1)", rows
    )
    connection.execute(
        "create table intermediate.int_training_log as select 'print' as log_fingerprint,"
        " count(distinct customer_id) filter (early_count > 0) as customer_count,"
        " count(distinct customer_id) filter (late_count > 0) as late_customer_count,"
        " (select count(*) from (select product_id from"
        " intermediate.int_customer_product_sides group by 1 having sum(early_count) > 0"
        " and sum(late_count) > 0)) as known_late_product_count"
        " from intermediate.int_customer_product_sides"
    )
    return connection


def test_the_training_log_is_the_early_side() -> None:
    with warehouse([(7, 1, 2, 0), (8, 1, 0, 1), (9, 2, 1, 1), (7, 3, 1, 0)]) as connection:
        log = read_training_log(connection)
    assert log.customers.to_pylist() == [7, 9]
    assert log.products.to_pylist() == [1, 2, 3]
    assert log.pairs.num_rows == 3
    assert [log.products[int(index)].as_py() for index in log.ranked_products] == [1, 2]


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([(1, 1, 0, 1)], "no interaction lies before the split"),
        ([(1, 1, 1, 0)], "no interaction lies after the split"),
        ([(1, 1, 1, 0), (1, 2, 0, 1)], "no product after the split was known before it"),
    ],
)
def test_a_log_that_teaches_nothing_is_refused(
    rows: list[tuple[int, int, int, int]], message: str
) -> None:
    with warehouse(rows) as connection, pytest.raises(EvidenceError, match=message):
        read_training_log(connection)


def test_without_the_library_the_message_says_how_to_install_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "implicit.als", None)
    with pytest.raises(EvidenceError, match="is not installed: run `make evidence`"):
        rank_customers(training_log(checkerboard(set()), ranked=[1]))


def test_without_a_warehouse_the_message_says_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(EvidenceError, match=r"No warehouse at .*: run `make evidence`"):
        check(BuildFolder(tmp_path))
