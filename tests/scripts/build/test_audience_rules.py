"""The score and the audiences against a plain Python program, on random small logs.

The SQL under test is the SQL of the models, compiled by dbt; only the rows are made up.
"""

import math
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scripts.build_folder import PROJECT
from tests.conftest import FinishedBuild

TOP_N = 7  # as in the dirty build
WEIGHTS = {"purchased": 5.0, "cart": 3.0, "rating": 2.5, "wishlist": 2.0, "view": 1.0}
# A feature that this program does not know gets no weight: it changes no score.
FEATURE_WEIGHTS = {
    "total_interactions": 0.35,
    "unique_products": 0.25,
    "avg_event_score": 0.20,
    "interaction_frequency": 0.15,
    "recency_score": 0.05,
}
FIRST_DAY = datetime(2023, 1, 1)
COMPILED = (
    ("staging", "stg_feedback_events"),
    ("staging", "stg_event_weights"),
    ("intermediate", "int_interactions"),
    ("intermediate", "int_log_window"),
    ("intermediate", "int_customer_products"),
    ("intermediate", "int_weight_sets"),
    ("intermediate", "int_customer_totals"),
    ("intermediate", "int_customer_features"),
    ("intermediate", "int_engagement_ranks"),
    ("intermediate/rankings", "int_ranking_cutoffs"),
    ("intermediate/rankings", "int_cutoff_pairs"),
    ("intermediate/rankings", "int_cutoff_logs"),
    ("intermediate/rankings", "int_cutoff_customers"),
    ("intermediate/rankings", "int_ranked_products"),
    ("intermediate/rankings", "int_decay_half_lives"),
    ("intermediate/rankings", "int_customer_scores"),
    ("intermediate/rankings", "int_customer_places"),
    ("intermediate/rankings", "int_customer_order"),
    ("marts/engagement", "customers"),
    ("intermediate/rankings", "int_served_ranking_lists"),
    ("intermediate/rankings", "int_served_lists"),
    ("marts/audience", "product_audiences"),
)
# Without rows: nothing is measured, learnt, suppressed or known of products.
EMPTY = (
    "int_candidates",
    "int_feedback_pairs",
    "int_global_holdout",
    "int_late_pairs",
    "int_probability_weights",
    "int_product_attributes",
    "int_rolling_origins",
    "int_suppressed_customers",
    "int_training_log",
    "int_unlisted_customers",
)


@dataclass(frozen=True)
class Interaction:
    customer: int
    product: int
    event: str
    at: datetime


interactions = st.builds(
    Interaction,
    customer=st.integers(1, 14),
    product=st.integers(1, 6),
    event=st.sampled_from(sorted(WEIGHTS)),
    at=st.integers(0, 200 * 24).map(lambda hours: FIRST_DAY + timedelta(hours=hours)),
)
logs = st.sets(interactions, min_size=1, max_size=60)


@pytest.fixture(scope="module")
def statements(dirty_build: FinishedBuild) -> list[str]:
    """SQL that makes the tables: those without rows, then the models in their order."""
    compiled: Path = (
        dirty_build.folder.dbt_target / "compiled" / "product_audience" / "models"
    )
    with duckdb.connect(dirty_build.folder.warehouse, read_only=True) as warehouse:
        found = warehouse.execute(
            "select sql from duckdb_tables() where list_contains(?, table_name)",
            [list(EMPTY)],
        ).fetchall()
    assert len(found) == len(EMPTY)
    return [statement for (statement,) in found] + [
        f"create table {room.split('/')[0]}.{name} as"
        f" {(compiled / room / f'{name}.sql').read_text()}"
        for room, name in COMPILED
    ]


def run_models(statements: list[str], log: set[Interaction]) -> duckdb.DuckDBPyConnection:
    """The tables of a log that the published ranking serves."""
    connection = duckdb.connect(config={"threads": 1})
    connection.execute("attach ':memory:' as warehouse")
    connection.execute("use warehouse")
    for schema in ("seeds", "staging", "intermediate", "marts"):
        connection.execute(f"create schema {schema}")
    for seed in ("event_weights", "feedback_events"):
        connection.execute(
            f"create table seeds.{seed} as from '{PROJECT}/seeds/{seed}.csv'"
        )
    connection.execute(
        "create table seeds.feature_weights (weight_set text, feature text, weight double)"
    )
    connection.executemany(
        "insert into seeds.feature_weights values ('published', ?, ?)",
        list(FEATURE_WEIGHTS.items()),
    )
    connection.execute(
        "create table staging.stg_interactions"
        " (customer_id bigint, product_id bigint, event text, event_at timestamp,"
        " batch bigint, revenue decimal(18, 4), has_unreadable_amount boolean)"
    )
    connection.executemany(
        "insert into staging.stg_interactions values (?, ?, ?, ?, 1, null, false)",
        [(i.customer, i.product, i.event, i.at) for i in sorted(log, key=repr)],
    )
    connection.execute(
        "create table staging.stg_return_propensity"
        " (log_fingerprint text, feature text, weight double)"
    )
    connection.execute(
        "create table staging.stg_als_rankings (log_fingerprint text, origin bigint,"
        " product_id bigint, customer_id bigint, score double)"
    )
    connection.execute(
        "create table intermediate.int_served_rankings as select audience, 'engagement' as"
        " ranking, null as replaced_ranking"
        " from (values ('customers'), ('known products'), ('new products'))"
        " as audiences (audience)"
    )
    for statement in statements:
        connection.execute(statement)
    return connection


def rank_customers(log: set[Interaction]) -> list[tuple[int, float]]:
    """Customers and scores, best first, by the words of the definition."""
    by_customer = defaultdict(list)
    for interaction in log:
        by_customer[interaction.customer].append(interaction)
    newest = max(interaction.at for interaction in log).date()
    features = {}
    for customer, own in by_customer.items():
        first, last = min(i.at for i in own), max(i.at for i in own)
        features[customer] = (
            len(own),
            len({i.product for i in own}),
            sum(WEIGHTS[i.event] for i in own) / len(own),
            len(own) / ((last.date() - first.date()).days + 1),
            math.exp(-(newest - last.date()).days / 90),
        )
    lows = [min(values) for values in zip(*features.values(), strict=True)]
    highs = [max(values) for values in zip(*features.values(), strict=True)]
    scores = {
        customer: round(
            sum(
                weight * (value - low) / (high - low) if high > low else 0.0
                for weight, value, low, high in zip(
                    FEATURE_WEIGHTS.values(), values, lows, highs, strict=True
                )
            ),
            9,
        )
        for customer, values in features.items()
    }
    last_seen = {c: max(i.at for i in own) for c, own in by_customer.items()}
    order = sorted(scores, key=lambda c: (-scores[c], FIRST_DAY - last_seen[c], c))
    return [(customer, scores[customer]) for customer in order]


def rank_audiences(
    log: set[Interaction], ranking: list[tuple[int, float]]
) -> set[tuple[int, int, int]]:
    """Products, places and customers: ranked, without those who touched it."""
    touched = {(i.product, i.customer) for i in log}
    return {
        (product, place, customer)
        for product in {i.product for i in log}
        for place, customer in enumerate(
            [customer for customer, _ in ranking if (product, customer) not in touched][
                :TOP_N
            ],
            start=1,
        )
    }


@pytest.mark.slow
@settings(max_examples=60)  # each runs twenty models
@given(log=logs)
def test_scores_and_audiences_are_the_definition_s(
    statements: list[str], log: set[Interaction]
) -> None:
    with run_models(statements, log) as warehouse:
        customers = warehouse.execute(
            "select customer_id, engagement_score, columns('.*_contribution')"
            " from marts.customers order by engagement_rank"
        ).fetchall()
        served = warehouse.execute(
            "select customer_id, customer_score from marts.customers order by customer_rank"
        ).fetchall()
        audiences = warehouse.execute(
            "select product_id, audience_rank, customer_id from marts.product_audiences"
        ).fetchall()
    ranking = rank_customers(log)
    assert [customer for customer, *_ in customers] == [customer for customer, _ in ranking]
    assert served == [(customer, score) for customer, score, *_ in customers]
    for (_, expected), (_, score, *contributions) in zip(ranking, customers, strict=True):
        assert score == pytest.approx(expected)
        assert sum(contributions) == pytest.approx(score, abs=1e-9)
        assert 0 <= score <= 1
    expected_audiences = rank_audiences(log, ranking)
    assert len(audiences) == len(expected_audiences)
    assert set(audiences) == expected_audiences
