"""How often the verdict on ALS claims what is not so, in simulated logs.

The SQL under test is that of the models, compiled by dbt. `make simulate` draws more logs.
"""

import os
from collections import Counter
from collections.abc import Iterator

import duckdb
import numpy
import pyarrow
import pytest

from scripts.statistics.customer_intervals import metric_intervals
from tests.conftest import FinishedBuild

LOGS = int(os.environ.get("AUDIENCE_SIMULATED_EXPERIMENTS", "100"))
CUSTOMERS = 4000
PLACES = 4000
# Of the customers who touch a product, the share that lists name.
ALS = 0.05
CHANCE = {"random": 0.002}
OTHERS = ("activity", "engagement", "hybrid", "popular", "recent_activity")


@pytest.fixture(scope="module")
def warehouse(dirty_build: FinishedBuild) -> Iterator[duckdb.DuckDBPyConnection]:
    """The models of the verdict, as views on the tables that `judged` makes."""
    models = (
        dirty_build.folder.dbt_target / "compiled/product_audience/models/marts/evaluation"
    )
    with duckdb.connect() as connection:
        connection.execute("attach ':memory:' as warehouse")
        connection.execute("use warehouse")
        for schema in ("seeds", "intermediate", "marts"):
            connection.execute(f"create schema {schema}")
        connection.execute(
            "create table intermediate.int_evaluation_window as"
            " select timestamp '2023-03-01' as measured_until"
        )
        connection.execute(
            "create table seeds.viability_thresholds as"
            " select 'list precision' as requirement, 0.01 as minimum"
        )
        _store(connection, drawn_log(numpy.random.default_rng(1), CHANCE))
        connection.execute(
            "create view marts.offline_metrics as select *, 1.0 as ceiling,"
            f" {PLACES // 10} as evaluated_product_count"
            " from intermediate.int_metric_intervals where compared_with is null"
        )
        for model in ("recommender_comparisons", "als_verdict"):
            query = (models / f"{model}.sql").read_text()
            connection.execute(f"create view marts.{model} as {query}")
        yield connection


def drawn_log(random: numpy.random.Generator, shares: dict[str, float]) -> pyarrow.Table:
    """The intervals of a log in which each recommender finds its share of the customers."""
    als = random.random(CUSTOMERS) < ALS
    sums = [_mean("als", als.sum())]
    differences = []
    for name, share in shares.items():
        other = random.random(CUSTOMERS) < share
        sums.append(_mean(name, other.sum()))
        key = {"compared_with": name, "population": "all", "k": 10}
        value = (int(als.sum()) - int(other.sum())) / PLACES
        differences.append(key | {"metric": "precision", "value": value})
        for side, hits in (("gain", als & ~other), ("loss", other & ~als)):
            differences[-1] |= {
                side: hits.sum() / PLACES,
                f"{side}_squares": hits.sum() / PLACES**2,
                f"{side}_weight": 1 / PLACES,
            }
    return metric_intervals(
        pyarrow.Table.from_pylist(sums), pyarrow.Table.from_pylist(differences)
    )


def _mean(name: str, hits: int) -> dict[str, object]:
    """A row of int_recommender_sums; each customer has one hit at most."""
    return {
        "recommender": name,
        "population": "all",
        "slice_by": "nothing",
        "slice": "everything",
        "k": 10,
        "metric": "precision",
        "value": hits / PLACES,
        "squares": hits / PLACES**2,
        "weight": 1 / PLACES,
    }


def _store(connection: duckdb.DuckDBPyConnection, log: pyarrow.Table) -> None:
    connection.register("log", log)
    connection.execute(
        "create or replace table intermediate.int_metric_intervals as from log"
    )


def judged(
    connection: duckdb.DuckDBPyConnection, shares: dict[str, float]
) -> tuple[Counter[str], int]:
    """The verdicts of the simulated logs.

    Returns:
        How many logs have each verdict, and how many have an uncorrected interval of a
        difference below 0.
    """
    random = numpy.random.default_rng(18)
    verdicts: Counter[str] = Counter()
    uncorrected = 0
    for _ in range(LOGS):
        _store(connection, drawn_log(random, shares))
        verdict, is_worse = connection.execute(
            "select als_verdict.verdict, min(comparisons.difference_high) < 0"
            " from marts.als_verdict"
            " cross join marts.recommender_comparisons as comparisons"
            " group by als_verdict.verdict"
        ).fetchall()[0]
        verdicts[verdict] += 1
        uncorrected += is_worse
    return verdicts, uncorrected


@pytest.mark.slow
def test_where_all_are_as_good_hardly_any_log_claims_a_difference(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    verdicts, uncorrected = judged(warehouse, dict.fromkeys(OTHERS, ALS) | CHANCE)
    assert verdicts["viable"] + verdicts["not viable"] <= 0.05 * LOGS
    # Without a correction, too many would say that ALS is worse than one of them.
    assert uncorrected > 0.05 * LOGS


@pytest.mark.slow
def test_it_is_hardly_ever_best_where_one_other_is_as_good(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    shares = dict.fromkeys(OTHERS, 0.01) | CHANCE | {"hybrid": ALS}
    verdicts, _ = judged(warehouse, shares)
    assert verdicts["viable"] <= 0.05 * LOGS


@pytest.mark.slow
def test_a_true_difference_is_found(warehouse: duckdb.DuckDBPyConnection) -> None:
    best, _ = judged(warehouse, dict.fromkeys(OTHERS, 0.03) | CHANCE)
    worse, _ = judged(warehouse, dict.fromkeys(OTHERS, ALS) | CHANCE | {"hybrid": 0.08})
    assert best["viable"] >= 0.9 * LOGS
    assert worse["not viable"] >= 0.9 * LOGS
