"""Verdicts of experiments whose truth is known, and rules that hold for all evidence.

`make simulate` simulates twenty times as many.
"""

import os
from dataclasses import fields, replace
from typing import Any

import numpy as np
import pyarrow
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from scripts.experiments.baselines import Baseline, Prices
from scripts.experiments.plan import Question, plan
from scripts.statistics.experiment_comparisons import analyse
from scripts.statistics.experiment_decisions import (
    CANNOT_BE_TOLD,
    DOES_NOT_PAY,
    HARM,
    NO_ADVANTAGE,
    NO_EFFECT,
    RESULT,
    SHIP,
    VERDICTS,
    WORTH_UNKNOWN,
    Evidence,
    decide,
    judge,
)
from scripts.statistics.power import Base
from scripts.statistics.share_intervals import difference, share
from tests.scripts.experiments.simulated_experiments import (
    Money,
    evidence_of,
    simulate_hits,
)

SIMULATED = int(os.environ.get("AUDIENCE_SIMULATED_EXPERIMENTS", "400"))
TRIALS = 10 * SIMULATED
ARMS = ("treatment", "treatment_holdout", "control", "control_holdout")
UNITS = (8000, 2000, 8000, 2000)
MONEY = Money(cost=0.1, value=5.0)


def verdicts(evidence: Evidence) -> Any:
    """The verdict of each experiment, as an array."""
    return np.vectorize(VERDICTS.get)(decide(evidence))


def only_verdict(evidence: Evidence) -> str:
    """The verdict of one experiment."""
    return str(verdicts(evidence))


def share_of(found: Any, verdict: str) -> float:
    return float(np.mean(found == verdict))


# Rates of treatment, its holdout, control and its holdout, where nothing is to be shipped.
NULLS = {
    "contacting has no effect": (0.08, 0.08, 0.06, 0.06),
    "contacting hurts": (0.08, 0.09, 0.06, 0.06),
    "the same effect in both pools": (0.12, 0.08, 0.10, 0.06),
    "chance adds twice as much": (0.14, 0.10, 0.12, 0.04),
    "rare conversions": (0.004, 0.004, 0.002, 0.002),
}
# An effect that earns its cost and no more.
EDGE = (0.10, 0.08, 0.06, 0.06)


@pytest.mark.parametrize(
    ("rates", "money"),
    [
        *(
            pytest.param(rates, Money(cost, value), id=f"{name}, {cost} for {value}")
            for name, rates in NULLS.items()
            for cost, value in ((np.nan, np.nan), (0.1, 5.0), (0.0, 5.0))
        ),
        pytest.param(EDGE, MONEY, id="contacting earns its cost and no more"),
    ],
)
def test_what_is_not_to_be_shipped_is_shipped_in_one_of_twenty_at_most(
    rates: tuple[float, ...], money: Money
) -> None:
    hits = simulate_hits(18, TRIALS, rates, UNITS)
    found = verdicts(evidence_of(hits, UNITS, money))
    shipped = round(share_of(found, SHIP) * TRIALS)
    low = stats.binomtest(shipped, TRIALS).proportion_ci(0.95).low
    assert low <= 0.025
    assert shipped / TRIALS <= 0.05
    # Of three hundred, as few.
    assert share_of(found[:300], SHIP) <= 0.05


@pytest.mark.parametrize(
    ("rate", "effect", "holdout", "cost"),
    [
        (0.0346, 0.5, 0.2, 0.01),
        (0.0346, 0.5, 0.2, 0.05),
        (0.0346, 0.9, 0.2, 0.1),
        (0.1, 0.2, 0.5, 0.05),
        (0.3, 0.1, 0.1, 0.0),
        (0.004, 2.0, 0.2, 0.02),
    ],
)
@pytest.mark.parametrize("power", [0.8, 0.9])
def test_an_effect_of_the_planned_size_is_shipped_as_often_as_planned(
    rate: float, effect: float, holdout: float, cost: float, power: float
) -> None:
    """With as many units as `audience plan` says."""
    base = Base(rate, rate * (1 - rate), is_share=True)
    baseline = Baseline(14, 10**9, base, base)
    question = Question(effect, 0.05, power, holdout, Prices(cost, 5.0))
    planned = plan(baseline, question, 10_000).units
    pool = (round(planned * (1 - holdout) / 2), round(planned * holdout / 2))
    rates = (rate * (1 + effect), rate, rate, rate)
    hits = simulate_hits(7, TRIALS, rates, pool * 2)
    found = verdicts(evidence_of(hits, pool * 2, Money(cost, 5.0), effect))
    shipped = round(share_of(found, SHIP) * TRIALS)
    assert stats.binomtest(shipped, TRIALS).proportion_ci(0.95).high >= power
    # And no more units than it takes, by much.
    assert shipped / TRIALS < power + 0.08


def test_without_costs_nothing_is_shipped() -> None:
    hits = simulate_hits(1, TRIALS, (0.2, 0.1, 0.1, 0.1), UNITS)
    found = verdicts(evidence_of(hits, UNITS))
    assert share_of(found, WORTH_UNKNOWN) > 0.99
    assert share_of(found, SHIP) == 0


@pytest.mark.parametrize(
    ("rates", "expected"),
    [
        ((0.08, 0.11, 0.06, 0.06), HARM),
        ((0.08, 0.08, 0.06, 0.06), NO_EFFECT),
        ((0.14, 0.10, 0.12, 0.04), NO_ADVANTAGE),
        ((0.30, 0.20, 0.10, 0.10), SHIP),
    ],
)
def test_what_is_true_is_what_is_mostly_said(
    rates: tuple[float, ...], expected: str
) -> None:
    hits = simulate_hits(2, TRIALS, rates, UNITS)
    assert share_of(verdicts(evidence_of(hits, UNITS, MONEY)), expected) > 0.85


def test_an_effect_that_costs_more_than_it_earns_does_not_pay() -> None:
    hits = simulate_hits(3, TRIALS, (0.20, 0.15, 0.10, 0.10), UNITS)
    found = verdicts(evidence_of(hits, UNITS, Money(cost=1.0, value=5.0)))
    assert share_of(found, DOES_NOT_PAY) > 0.99


@pytest.mark.parametrize("minimum_effect", [0.001, 0.5, 100.0])
@pytest.mark.parametrize("power_at_most", [0.05, 1.0])
def test_a_clear_result_is_one_whatever_effect_was_planned(
    minimum_effect: float, power_at_most: float
) -> None:
    """50 of 1,000 against 12 of 1,000, and the other way round."""
    units = (1000, 1000)
    evidence = evidence_of((50, 12), units, MONEY, minimum_effect)
    assert only_verdict(replace(evidence, power_at_most=power_at_most)) == SHIP
    evidence = evidence_of((12, 50), units, MONEY, minimum_effect)
    assert only_verdict(replace(evidence, power_at_most=power_at_most)) == HARM


def test_too_few_units_hide_nothing_and_show_nothing() -> None:
    """Nothing was found: by few units it cannot be told, by enough there is no effect."""
    evidence = evidence_of((100, 100), (1000, 1000), MONEY, 0.5)
    assert only_verdict(evidence) == NO_EFFECT
    assert str(decide(replace(evidence, power_at_most=0.5))) == "power"
    assert str(decide(replace(evidence, power_at_most=np.nan))) == "power"
    # An effect of the planned size is not excluded.
    evidence = evidence_of((100, 100), (1000, 1000), MONEY, 0.1)
    assert str(decide(evidence)) == "interval"


def test_without_a_holdout_an_effect_cannot_be_told() -> None:
    evidence = evidence_of((500, 10), (1000, 1000), MONEY)
    held_out = replace(evidence, has_holdout=False, effect_low=np.nan, effect_high=np.nan)
    assert only_verdict(held_out) == CANNOT_BE_TOLD


def test_a_control_without_a_holdout_shows_no_advantage() -> None:
    evidence = evidence_of((500, 10), (1000, 1000), MONEY)
    assert only_verdict(evidence) == SHIP
    assert only_verdict(replace(evidence, has_control=True)) == NO_ADVANTAGE


hit_counts = st.tuples(*[st.integers(0, 200)] * 4)
moneys = st.builds(
    Money,
    st.one_of(st.just(np.nan), st.floats(0, 2)),
    st.one_of(st.just(np.nan), st.floats(0, 50)),
)
FEW = (400, 200, 400, 200)


@given(hit_counts, moneys)
def test_to_ship_every_bound_lies_above_zero(hits: tuple[int, ...], money: Money) -> None:
    evidence = evidence_of(hits, FEW, money)
    if only_verdict(evidence) == SHIP:
        assert evidence.effect_low > 0
        assert evidence.advantage_low > 0
        assert evidence.profit_low > 0
        assert money.cost >= 0


@given(hit_counts, moneys, st.integers(1, 200))
def test_conversions_of_the_holdout_never_help(
    hits: tuple[int, int, int, int], money: Money, more: int
) -> None:
    """What comes without a contact speaks against it."""
    treated, held_out, *control = hits
    before = evidence_of((treated, held_out, *control), FEW, money)
    after = evidence_of((treated, min(held_out + more, 200), *control), FEW, money)
    assert after.effect_low <= before.effect_low + 1e-12
    assert after.advantage_low <= before.advantage_low + 1e-12
    if only_verdict(before) != SHIP:
        assert only_verdict(after) != SHIP


@given(hit_counts, moneys, st.integers(1, 400))
def test_conversions_by_chance_never_help(
    hits: tuple[int, int, int, int], money: Money, more: int
) -> None:
    """The more contacting adds to the control, the less is the choice worth."""
    treated, held_out, chosen, left = hits
    before = evidence_of((treated, held_out, chosen, left), FEW, money)
    after = evidence_of((treated, held_out, min(chosen + more, 400), left), FEW, money)
    if only_verdict(before) != SHIP:
        assert only_verdict(after) != SHIP


@given(hit_counts, moneys, st.floats(0, 5))
def test_a_dearer_contact_never_helps(
    hits: tuple[int, ...], money: Money, more: float
) -> None:
    before = evidence_of(hits, FEW, money)
    after = evidence_of(hits, FEW, Money(money.cost + more, money.value))
    if only_verdict(before) != SHIP:
        assert only_verdict(after) != SHIP


@given(
    hit_counts,
    moneys,
    st.sampled_from(["planned", "running"]),
    st.floats(0, 0.0099),
)
def test_before_the_end_and_with_a_broken_split_there_is_no_result(
    hits: tuple[int, ...], money: Money, state: str, p_value: float
) -> None:
    evidence = evidence_of(hits, FEW, money)
    broken = replace(evidence, sample_ratio_p_value=p_value)
    assert only_verdict(broken) == "invalid"
    assert only_verdict(replace(broken, state=state)) == state


@given(hit_counts, moneys, st.floats(0, 1), st.floats(0.01, 5))
def test_power_and_the_planned_effect_change_no_result_that_was_found(
    hits: tuple[int, ...], money: Money, power: float, minimum_effect: float
) -> None:
    evidence = evidence_of(hits, FEW, money)
    if evidence.effect_low > 0 or evidence.effect_high < 0:
        other = evidence_of(hits, FEW, money, minimum_effect)
        assert only_verdict(replace(other, power_at_most=power)) == only_verdict(evidence)


def test_intervals_of_shares_hold_the_truth() -> None:
    """Of effects and of differences of effects, with rare conversions too."""
    for rates, units in (
        ((0.12, 0.08, 0.10, 0.06), UNITS),
        ((0.006, 0.003, 0.004, 0.003), (4000, 1000, 4000, 1000)),
    ):
        hits = simulate_hits(4, TRIALS, rates, units)
        arms = [share(hit, unit, 0.05) for hit, unit in zip(hits, units, strict=True)]
        effect, other = difference(*arms[:2]), difference(*arms[2:])
        advantage = difference(effect, other)
        for found, truth in (
            (effect, rates[0] - rates[1]),
            (advantage, rates[0] - rates[1] - rates[2] + rates[3]),
        ):
            covered = np.mean((found.low <= truth) & (truth <= found.high))
            assert 0.93 <= covered <= 0.975


def test_the_comparisons_give_the_same_intervals_as_the_simulation() -> None:
    """The marts and the simulation share one definition."""
    hits = simulate_hits(5, 5, (0.12, 0.08, 0.10, 0.06), UNITS)
    evidence = evidence_of(hits, UNITS)
    experiment = {"experiment_id": "one", "metrics": "conversion", "minimum_effect": 0.5}
    experiment |= {"significance": 0.05, "power": 0.8}
    for trial in range(5):
        rows = analyse(
            [experiment],
            [
                {
                    "experiment_id": "one",
                    "arm": arm,
                    "metric": "conversion",
                    "unit_count": unit,
                    "active_count": int(hit[trial]),
                    "covariate_count": 0,
                    "mean": hit[trial] / unit,
                    "variance": hit[trial] / unit * (1 - hit[trial] / unit),
                }
                for arm, unit, hit in zip(ARMS, UNITS, hits, strict=True)
            ],
        )
        by_comparison = {row["comparison"]: row for row in rows}
        effect = by_comparison["contact of treatment"]
        assert effect["difference_low"] == pytest.approx(evidence.effect_low[trial])
        advantage = by_comparison["incremental targeting"]
        assert advantage["difference_low"] == pytest.approx(evidence.advantage_low[trial])
        assert advantage["difference_high"] == pytest.approx(evidence.advantage_high[trial])


def test_a_table_is_judged_row_by_row() -> None:
    """Null is unknown; without rows there is no verdict."""
    evidence = evidence_of((50, 12), (1000, 1000), MONEY)
    row = {field.name: getattr(evidence, field.name) for field in fields(Evidence)}
    row |= {"advantage_low": None, "advantage_high": None, "sample_ratio_p_value": None}
    rows = [
        row | {"experiment_id": "good"},
        row | {"experiment_id": "free", "cost_per_contact": None, "profit_low": None},
        row | {"experiment_id": "early", "state": "running", "effect_low": None},
        row | {"experiment_id": "contacted by others", "is_contaminated": True},
    ]
    found = judge(pyarrow.Table.from_pylist(rows))
    assert [row["verdict"] for row in found] == [SHIP, WORTH_UNKNOWN, "running", "invalid"]
    assert [row["finding"] for row in found] == [
        "none",
        "no money",
        "running",
        "contamination",
    ]
    schema = pyarrow.schema([(name, pyarrow.string()) for name in rows[0]])
    assert judge(schema.empty_table()) == []
    assert set(found[0]) == set(RESULT.names)
