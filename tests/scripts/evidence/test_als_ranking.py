"""ALS on matrices whose answer is known, and what stops it."""

import sys
from collections.abc import Collection
from pathlib import Path

import duckdb
import numpy
import pyarrow
import pytest

from scripts.build_folder import BuildFolder
from scripts.evidence.als_ranking import fit_past, rank_customers
from scripts.evidence.evidence_files import EvidenceError
from scripts.evidence.training_log import (
    NOW,
    TrainingLog,
    check_split,
    read_fingerprints,
    read_training_log,
)

CUSTOMERS, PRODUCTS, PLACES = 40, 30, 20


def training_log(
    pairs: list[tuple[int, int]],
    ranked: list[int],
    *,
    kept: Collection[tuple[int, int]] = (),
    barred: Collection[int] = (),
) -> TrainingLog:
    """A log whose ids are the indices times ten.

    Args:
        kept: pairs that audiences do not exclude.
        barred: indices of customers who are in no list.
    """
    customers, products = zip(*sorted(pairs), strict=True)
    return TrainingLog(
        origin=3,
        fingerprint="test",
        place_count=PLACES,
        customers=pyarrow.array(range(0, CUSTOMERS * 10, 10), pyarrow.int64()),
        products=pyarrow.array(range(0, PRODUCTS * 10, 10), pyarrow.int64()),
        pairs=pyarrow.table(
            {
                "customer_index": pyarrow.array(customers, pyarrow.int64()),
                "product_index": pyarrow.array(products, pyarrow.int64()),
                "weight": pyarrow.array([1.0] * len(pairs), pyarrow.float32()),
                "is_excluded": pyarrow.array([pair not in kept for pair in sorted(pairs)]),
            }
        ),
        ranked_products=numpy.array(ranked),
        barred_customers=numpy.array(sorted(barred), "int64"),
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
        scores = [row["score"] for row in named]
        assert scores == sorted(scores, reverse=True)
        assert len(scores) == PLACES
        # What is left is of the other colour.
        assert {row["customer_id"] // 10 % 2 for row in named[2:]} == {1 - product % 2}


def test_customers_of_the_product_are_not_named() -> None:
    pairs = checkerboard(set()) + [(customer, 4) for customer in range(1, CUSTOMERS - 6, 2)]
    rows = rank_customers(training_log(pairs, ranked=[4])).to_pylist()
    # Three odd customers are left; no customer is left for the other places.
    assert sorted(row["customer_id"] for row in rows) == [350, 370, 390]


def test_customers_whom_a_product_keeps_or_the_shop_bars_are_named_or_not() -> None:
    """By the setting `exclude` a product may keep customers who touched it."""
    log = training_log(
        checkerboard(set()), ranked=[4], kept={(6, 4), (8, 4), (10, 4)}, barred=[8, 1, 3]
    )
    named = [row["customer_id"] for row in rank_customers(log).to_pylist()]
    # Of the same colour two are left; then the odd ones, of whom two are barred.
    assert set(named[:2]) == {60, 100}
    assert set(named[2:]) == set(range(50, 10 * CUSTOMERS, 20))


def test_the_same_log_gives_the_same_ranking() -> None:
    log = training_log(checkerboard({(4, 4)}), ranked=list(range(PRODUCTS)))
    assert rank_customers(log).equals(rank_customers(log))


def test_progress_is_shown_to_the_end() -> None:
    steps: list[tuple[str, int, int]] = []
    rank_customers(
        training_log(checkerboard(set()), ranked=[1, 2]),
        lambda step, done, total: steps.append((step, done, total)),
    )
    assert ("ALS iterations, cutoff 3", 50, 50) in steps
    assert steps[-1] == ("products ranked by ALS, cutoff 3", 2, 2)


def warehouse() -> duckdb.DuckDBPyConnection:
    """Tables that the program reads, of one past cutoff and of now."""
    connection = duckdb.connect()
    connection.execute(
        "create schema intermediate;"
        "create table intermediate.int_cutoff_pairs as select * from (values"
        " (2, 7, 1, 1.5, true), (2, 9, 2, 1, true), (2, 7, 3, 1, false),"
        " (0, 7, 1, 2.5, true), (0, 8, 1, 1, true), (0, 9, 4, 1, false))"
        " as pairs (origin, customer_id, product_id, event_weight_sum, is_excluded);"
        "create table intermediate.int_cutoff_logs as select * from (values"
        " (0, 'whole', 20), (2, 'early', 20))"
        " as logs (origin, log_fingerprint, place_count);"
        "create table intermediate.int_ranked_products as select * from (values"
        " (2, 1), (2, 2), (2, 5), (0, 1), (0, 4)) as products (origin, product_id);"
        "create table intermediate.int_unlisted_customers as select 9 as customer_id"
    )
    return connection


def test_the_training_log_of_a_cutoff_is_what_lies_before_it() -> None:
    """Product 5 is new there. A customer who opted out since could be contacted."""
    with warehouse() as connection:
        log = read_training_log(connection, 2)
    assert (log.fingerprint, log.place_count, log.when) == ("early", 20, "cutoff 2")
    assert log.customers.to_pylist() == [7, 9]
    assert log.products.to_pylist() == [1, 2, 3]
    assert log.pairs.column("weight").to_pylist() == [1.5, 1, 1]
    assert log.pairs.column("is_excluded").to_pylist() == [True, False, True]
    assert [log.products[int(index)].as_py() for index in log.ranked_products] == [1, 2]
    assert not len(log.barred_customers)


def test_the_training_log_of_now_bars_customers_who_opted_out() -> None:
    with warehouse() as connection:
        assert read_fingerprints(connection) == {NOW: "whole", 2: "early"}
        log = read_training_log(connection, NOW)
    assert (log.fingerprint, log.when) == ("whole", "now")
    assert log.products.to_pylist() == [1, 4]
    assert [log.customers[int(index)].as_py() for index in log.barred_customers] == [9]


@pytest.mark.parametrize(
    ("counts", "message"),
    [
        ((0, 1, 0), "no interaction lies before the split"),
        ((1, 0, 0), "no interaction lies after the split"),
        ((1, 1, 0), "no product after the split was known before it"),
    ],
)
def test_a_log_that_teaches_nothing_is_refused(
    counts: tuple[int, int, int], message: str
) -> None:
    with duckdb.connect() as connection:
        connection.execute(
            "create schema intermediate; create table intermediate.int_training_log"
            " (customer_count int, late_customer_count int, known_late_product_count int)"
        )
        connection.execute(
            "insert into intermediate.int_training_log values (?, ?, ?)", counts
        )
        with pytest.raises(EvidenceError, match=message):
            check_split(connection)


def test_without_the_library_the_message_says_how_to_install_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "implicit.als", None)
    with pytest.raises(EvidenceError, match="is not installed: run `make evidence`"):
        rank_customers(training_log(checkerboard(set()), ranked=[1]))


def test_without_a_warehouse_the_message_says_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(EvidenceError, match=r"No warehouse at .*: run `audience evidence`"):
        fit_past(BuildFolder(tmp_path))
