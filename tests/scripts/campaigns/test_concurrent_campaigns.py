"""Campaigns that run at the same time: the effect of one, measured against its holdout.

The true effects are planted. The rule under test is that of the warehouse's own models,
compiled by dbt, on made-up rows.
"""

from pathlib import Path

import duckdb
import numpy as np
import pytest

from tests.conftest import FinishedBuild

UNITS = 40_000  # half of them contacted, half held out
BASE, ADDED, ADDED_BY_OTHERS = 0.10, 0.04, 0.06
DAY = "2023-04-03"


@pytest.fixture(scope="module")
def compiled(dirty_build: FinishedBuild) -> Path:
    folder = dirty_build.folder.dbt_target / "compiled/product_audience/models"
    return folder / "intermediate/campaigns"


def capacities(compiled: Path, experiment_id: str | None) -> np.ndarray:
    """Contacts that the campaign `other` may make of each unit of a test by `tested`.

    Args:
        experiment_id: the experiment that the units are in; None for a campaign with a
            holdout.
    """
    with duckdb.connect() as connection:
        connection.execute("attach ':memory:' as warehouse; use warehouse")
        connection.execute("create schema staging; create schema intermediate")
        connection.execute(
            "create table staging.stg_campaigns as select unnest(['tested', 'other'])"
            " as campaign_id, true as is_active, 3 as frequency_cap, 14 as response_days,"
            " date '2023-04-01' as starts_on, date '2023-04-30' as ends_on,"
            " null::bigint as active_within_days, null::bigint as priority,"
            " null::text as channel;"
            "create table staging.stg_channels (channel text, frequency_cap bigint,"
            " cap_days bigint, minimum_gap_days bigint);"
            "create table staging.stg_started_experiments as"
            " select 'trial' as experiment_id, 14 as attribution_days"
        )
        connection.execute(
            "create table staging.stg_contacts as select range as customer_id,"
            " 1 as product_id, 'tested' as campaign_id, $day::timestamp as contacted_at,"
            " if(range % 2 = 0, 'contact', 'holdout') as arm, true as is_exported,"
            " 'accepted' as outcome, $experiment::text as experiment_id,"
            " null::text as channel"
            f" from range({UNITS})",
            {"day": DAY, "experiment": experiment_id},
        )
        connection.execute(
            "create table intermediate.int_log_window as"
            f" select timestamp '{DAY}' as as_of_at;"
            "create table intermediate.int_customer_order as select range as customer_id,"
            " range + 1 as customer_rank, false as is_held_out"
            f" from range({UNITS});"
            "create table intermediate.int_customer_features as select range as"
            f" customer_id, timestamp '{DAY}' as last_interaction_at from range({UNITS});"
            "create table intermediate.int_rule_values (rule_id bigint, campaign_id text,"
            " subject text, action text);"
            "create table intermediate.int_rules_met (campaign_id text, subject text,"
            " subject_id bigint, origin bigint, include_count bigint,"
            " exclude_count bigint);"
            "create table intermediate.int_campaign_products as select"
            " unnest(['tested', 'other']) as campaign_id, 1 as product_id"
        )
        for model in (
            "int_campaign_contacts",
            "int_tested_customers",
            "int_campaign_rivals",
            "int_channel_contacts",
            "int_channel_rooms",
            "int_campaign_customers",
        ):
            query = (compiled / f"{model}.sql").read_text()
            connection.execute(f"create table intermediate.{model} as {query}")
        return connection.execute(
            "select capacity from intermediate.int_campaign_customers"
            " where campaign_id = 'other' order by customer_id"
        ).fetchnumpy()["capacity"]


def measured_effect(may_contact: np.ndarray) -> float:
    """Contacted less held out, if the other campaign contacts the units that it may."""
    is_contacted = np.arange(UNITS) % 2 == 0
    rate = BASE + ADDED * is_contacted + ADDED_BY_OTHERS * (may_contact > 0)
    bought = np.random.default_rng(18).random(UNITS) < rate
    return float(bought[is_contacted].mean() - bought[~is_contacted].mean())


def test_if_only_contacts_use_up_the_cap_the_holdout_buys_because_of_others() -> None:
    """The rule before: the other campaign contacts those held out, and no other unit."""
    left = 1 - (np.arange(UNITS) % 2 == 0)
    assert measured_effect(left) == pytest.approx(ADDED - ADDED_BY_OTHERS, abs=0.012)


@pytest.mark.parametrize("experiment_id", ["trial", None])
def test_another_campaign_leaves_both_arms_of_a_test_alone(
    compiled: Path, experiment_id: str | None
) -> None:
    capacity = capacities(compiled, experiment_id)
    assert len(capacity) == UNITS
    assert not capacity.any()
    assert measured_effect(capacity) == pytest.approx(ADDED, abs=0.012)
