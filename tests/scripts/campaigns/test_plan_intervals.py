"""Plans with a known truth: what an audience size is said to add, and which one pays.

Each simulated campaign has an experiment of its own and three past windows. The plan is the
warehouse's own model, compiled by dbt.
"""

from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pytest

from tests.conftest import FinishedBuild

CAMPAIGNS = 2_000
SIZES = np.array([100, 200, 500, 1000, 2000, 5000])
RATE = 0.04  # of each customer, in 14 days, without a contact
UNITS, HELD_OUT = 4_000, 2_000
Z = 1.959963984540054


@pytest.fixture(scope="module")
def query(dirty_build: FinishedBuild) -> str:
    folder = dirty_build.folder.dbt_target / "compiled/product_audience/models"
    return (Path(folder) / "marts/campaigns/audience_plan.sql").read_text()


def plans(query: str, lift: float, cost: float) -> dict[str, np.ndarray]:
    """The plans of campaigns whose contacts add the share `lift` of the base rate."""
    random = np.random.default_rng(6)
    ids = np.array([f"{number}" for number in range(CAMPAIGNS)])
    # The interval of the ratio of two shares (Katz 1978).
    added = random.binomial(UNITS, RATE * (1 + lift), CAMPAIGNS)
    anyway = random.binomial(HELD_OUT, RATE, CAMPAIGNS)
    ratio = added / UNITS / (anyway / HELD_OUT)
    error = np.sqrt(1 / added - 1 / UNITS + 1 / anyway - 1 / HELD_OUT)
    results = pa.table(  # noqa: F841 - DuckDB finds it by name
        {
            "experiment_id": ids,
            "lift": ratio - 1,
            "lift_low": ratio * np.exp(-Z * error) - 1,
            "lift_high": ratio * np.exp(Z * error) - 1,
        }
    )
    steps = np.diff(SIZES, prepend=0)
    windows = []
    for window in (1, 2, 3):
        responders = random.binomial(steps, RATE, (CAMPAIGNS, len(SIZES))).cumsum(axis=1)
        windows.append(
            pa.table(
                {
                    "campaign_id": np.repeat(ids, len(SIZES)),
                    "window_number": np.full(responders.size, window),
                    "audience_size": np.tile(SIZES, CAMPAIGNS),
                    "responders": responders.ravel(),
                    "customer_count": np.full(responders.size, SIZES[-1]),
                    "all_responders": np.repeat(responders[:, -1], len(SIZES)),
                }
            )
        )
    responses = pa.concat_tables(windows)  # noqa: F841 - DuckDB finds it by name
    with duckdb.connect() as connection:
        connection.execute(
            "attach ':memory:' as warehouse; use warehouse; create schema staging;"
            "create schema intermediate;"
            "create table intermediate.int_campaign_responses as from responses;"
            "create table intermediate.int_campaign_experiments as select"
            " experiment_id as campaign_id, *, 14 as attribution_days,"
            f" {UNITS} as unit_count, {HELD_OUT} as base_unit_count,"
            " true as has_window_of_campaign from results;"
            "create table staging.stg_campaigns as select experiment_id as campaign_id,"
            f" true as is_active, {cost}::double as cost_per_contact,"
            " 1.0::double as value_per_conversion, 14 as response_days from results;"
            "create table intermediate.int_response_windows as select campaign_id,"
            " 1 as window_number, timestamp '2023-03-17' as starts_at,"
            " timestamp '2023-03-31' as ends_at from staging.stg_campaigns;"
            "create table intermediate.int_campaign_customers as"
            f" select campaign_id from staging.stg_campaigns, range({SIZES[-1]});"
            "create table intermediate.int_campaign_placements"
            " (campaign_id text, customer_id bigint);"
            "create table intermediate.int_campaign_contacts"
            " (campaign_id text, customer_id bigint, is_own boolean)"
        )
        return connection.execute(
            f"select audience_size, effect_low, effect_high, is_best from ({query})"
        ).fetchnumpy()


def test_intervals_hold_what_contacts_add(query: str) -> None:
    found = plans(query, lift=0.5, cost=0.001)
    holds = (found["effect_low"] <= 0.5 * RATE) & (found["effect_high"] >= 0.5 * RATE)
    for size in SIZES:
        assert 0.93 <= holds[found["audience_size"] == size].mean() <= 0.97, size
    assert found["is_best"].sum() > CAMPAIGNS / 2, "a real effect is found"


@pytest.mark.parametrize(
    ("lift", "cost"),
    [
        (0.0, 0.0),  # contacts add nothing, and cost nothing
        (0.5, 0.5 * RATE),  # what they add is just what they cost
    ],
)
def test_a_plan_that_does_not_pay_rarely_has_a_best_size(
    query: str, lift: float, cost: float
) -> None:
    assert plans(query, lift, cost)["is_best"].sum() <= 0.05 * CAMPAIGNS
