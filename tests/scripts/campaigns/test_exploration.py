"""Exploring rankings: probabilities, a simulated marketplace, a campaign that does it."""

from datetime import date
from pathlib import Path

import duckdb
import numpy
import pytest

from scripts.benchmarks.exploration import (
    BY_CLASS,
    OVER_ALL,
    POLICIES,
    RATES,
    report,
    simulate,
)
from scripts.build_folder import BuildFolder
from scripts.campaigns.export import export_campaign
from scripts.statistics.exploration import (
    best_probabilities,
    placement_probabilities,
    weighted_rate,
)
from scripts.synthetic.interactions import generate
from tests.conftest import copy_project, read_release, read_warehouse, run_audience
from tests.seed_rows import GOOD, RULE

SHARE = 0.4
CAMPAIGN = GOOD | {
    "campaign_id": "trial",
    "product_limit": "20",
    "audience_size": "30",
    "frequency_cap": "1",
    "exclude": "none",
    "exclude_within_days": "",
    "response_days": "10",
    "exploration_share": str(SHARE),
}

ANYONE = RULE | {"campaign_id": "trial", "value": "1"}


def test_the_probability_to_be_best_is_that_of_beta_distributions() -> None:
    """For two rankings it is a sum (the closed form for whole counts)."""
    probabilities = best_probabilities(numpy.array([30, 20]), numpy.array([1000, 1000]))
    random = numpy.random.default_rng(99)
    first = random.beta(31, 971, 400_000)
    second = random.beta(21, 981, 400_000)
    assert probabilities[0] == pytest.approx((first > second).mean(), abs=0.02)
    assert probabilities.sum() == pytest.approx(1)


def test_every_ranking_keeps_a_chance_and_the_serving_one_its_places() -> None:
    probabilities = placement_probabilities(
        numpy.array([300, 0, 0]), numpy.array([1000, 1000, 1000]), share=0.2
    )
    assert probabilities.sum() == pytest.approx(1)
    assert probabilities[0] > 0.8
    assert probabilities[1:] == pytest.approx([0.2 * 0.01 / 3] * 2)
    untried = placement_probabilities(numpy.zeros(4), numpy.zeros(4), share=0.4)
    assert untried == pytest.approx([0.7, 0.1, 0.1, 0.1], abs=0.01)


def test_weighting_undoes_that_some_customers_were_placed_rarely() -> None:
    """Customers who respond more are placed less often; the plain share is too low."""
    random = numpy.random.default_rng(5)
    covered = []
    for _ in range(400):
        is_active = random.random(4000) < 0.5
        responds = random.random(4000) < numpy.where(is_active, 0.2, 0.05)
        probabilities = numpy.where(is_active, 0.1, 0.5)
        placed = random.random(4000) < probabilities
        plain = responds[placed].mean()
        _, low, high = weighted_rate(responds[placed].astype(float), probabilities[placed])
        covered.append(low <= 0.125 <= high)
    assert plain < 0.1
    assert 0.92 <= numpy.mean(covered) <= 0.97


@pytest.mark.slow
def test_the_better_ranking_of_each_class_is_found_and_costs_less_than_a_fixed_test() -> (
    None
):
    outcomes = {
        policy: [simulate(policy, 1.0, seed) for seed in range(8)] for policy in POLICIES
    }
    serving, fixed, over_all, by_class = (
        numpy.mean([outcome.lost for outcome in outcomes[policy]]) for policy in POLICIES
    )
    assert by_class < fixed < serving
    assert by_class < over_all
    assert numpy.mean([outcome.found for outcome in outcomes[BY_CLASS]]) >= 0.9
    # One ranking for all cannot be the best in both classes.
    assert not any(all(outcome.found) for outcome in outcomes[OVER_ALL])
    covers = [held for outcome in outcomes[BY_CLASS] for held in outcome.covers]
    assert numpy.mean(covers) >= 0.85


def test_where_all_are_alike_no_policy_loses_responses() -> None:
    alike = numpy.full(RATES.shape, 0.03)
    assert simulate(BY_CLASS, 1.0, 1, alike).lost == pytest.approx(0)


@pytest.mark.slow
def test_the_report_has_a_row_for_each_policy_and_share() -> None:
    table = report(1)
    assert [table.count(policy) for policy in POLICIES] == [2] * len(POLICIES)


@pytest.mark.long
def test_who_was_placed_by_which_ranking_is_in_the_ledger_and_comes_back(
    folder: BuildFolder, tmp_path: Path
) -> None:
    """Contacted customers of explored rankings buy later; the next build prefers these."""
    log = tmp_path / "log.parquet"
    generate(log, scale=0.01, seed=3)
    project = copy_project(tmp_path, campaigns=[CAMPAIGN], campaign_rules=[ANYONE])

    def build() -> None:
        outcome = run_audience(folder, "build", "--log", str(log), project=project)
        assert outcome.returncode == 0, outcome.stdout + outcome.stderr

    build()
    with read_release(folder) as release:
        placed = release.execute(
            "select placed_by, count(*), min(placement_probability),"
            " max(placement_probability), bool_and(explanation like '%to try it.%')"
            " from campaign_customers where placed_by <> customer_ranking_that_serves"
            " group by all".replace(
                "customer_ranking_that_serves",
                "(select ranking from served_rankings where audience = 'customers')",
            )
        ).fetchall()
        (customers, contacts) = release.execute(
            "select count(*), sum(audience_count) from campaign_customers"
        ).fetchall()[0]
    assert contacts == 600
    explored = sum(row[1] for row in placed)
    assert len(placed) > 2
    # Of the explored share the serving ranking has its part too.
    others = SHARE * len(placed) / (len(placed) + 1)
    assert explored / customers == pytest.approx(others, abs=0.08)
    # Each class of history has its own draw of probabilities.
    assert all(
        0 < low <= high < SHARE and high - low < 0.05 and is_said
        for _, _, low, high, is_said in placed
    )

    on = date(2023, 4, 3)
    list_of_contacts = export_campaign(folder, "trial", on)
    assert list_of_contacts.folder is not None
    ledger = list_of_contacts.folder / "ledger.parquet"
    favourite = max(placed, key=lambda row: row[1])[0]
    with duckdb.connect() as connection:
        noted = connection.execute(
            "select count(*), count(placed_by), min(placement_probability) > 0"
            f" from '{ledger}'"
        ).fetchone()
        assert noted == (600, 600, True)
        connection.execute(
            f"copy (from '{log}' union all by name"
            " select customer_id::bigint as customer_id, 1 as product_id,"
            f" 'purchased' as event, timestamp '{on}' + interval 1 day as event_date"
            f" from '{ledger}' where placed_by = '{favourite}'"
            " union all by name select 1 as customer_id, 1 as product_id, 'cart' as event,"
            f" timestamp '{on}' + interval 11 day as event_date)"
            f" to '{tmp_path / 'later.parquet'}'"
        )
    log = tmp_path / "later.parquet"
    build()
    with read_release(folder) as release, read_warehouse(folder) as warehouse:
        rates = dict(
            release.execute(
                "select ranking, response_rate from ranking_responses"
            ).fetchall()
        )
        probabilities = dict(
            warehouse.execute(
                "select ranking, sum(probability)"
                " from intermediate.int_exploration_probabilities group by ranking"
            ).fetchall()
        )
        served = release.execute(
            "select ranking from served_rankings where audience = 'customers'"
        ).fetchall()[0][0]
    assert rates.pop(favourite) == 1
    assert max(rates.values()) < 0.2
    del probabilities[served]
    assert max(probabilities, key=probabilities.__getitem__) == favourite
