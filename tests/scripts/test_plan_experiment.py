"""Plans of experiments against the textbook's formula, and designs that are refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from scripts.build_folder import BuildFolder
from scripts.plan_experiment import Baseline, DesignError, Question, describe, plan
from tests.conftest import FinishedBuild, run_program

QUESTION = Question(effect=0.2, significance=0.05, power=0.8, holdout=0.2)
COMMON = Baseline(days=14, customers=400_000, mean=0.05, variance=0.0475, correlation=0.0)


@given(
    mean=st.floats(0.001, 0.5),
    effect=st.floats(0.05, 2),
    power=st.floats(0.6, 0.95),
    holdout=st.floats(0.1, 0.6),
    correlation=st.floats(-0.8, 0.8),
)
def test_units_are_those_of_the_formula(
    mean: float, effect: float, power: float, holdout: float, correlation: float
) -> None:
    """n = (z(1 - alpha / 2) + z(power))^2 x variance x (1 + 1 / ratio) / effect^2."""
    variance = mean * (1 - mean)
    baseline = Baseline(14, 10**9, mean, variance, correlation)
    found = plan(baseline, Question(effect, 0.05, power, holdout), 10_000)
    z = stats.norm.isf(0.025) + stats.norm.ppf(power)
    per_arm = z**2 * variance * 2 / (effect * mean) ** 2
    assert found.targeting_units == pytest.approx(
        2 * per_arm / (1 - holdout), abs=3, rel=0.01
    )
    adjusted = variance * (1 - correlation**2)
    held_out = z**2 * adjusted * (1 + holdout / (1 - holdout)) / (effect * mean) ** 2
    assert found.contact_units == pytest.approx(2 * held_out / holdout, abs=6, rel=0.01)


def test_what_units_can_see_is_seen_with_as_many() -> None:
    found = plan(COMMON, QUESTION, 50_000)
    seen = Question(found.targeting_effect, 0.05, 0.8, 0.2)
    assert plan(COMMON, seen, 50_000).targeting_units == pytest.approx(50_000, rel=0.001)


def test_a_design_that_can_answer_is_described() -> None:
    needed = plan(COMMON, QUESTION, 1000)
    units = max(needed.targeting_units, needed.contact_units)
    text = describe("conversion", [COMMON], 14, QUESTION, units)
    assert f"{needed.contact_units:,} for the contact" in text


def test_a_design_that_cannot_is_refused_with_one_that_can() -> None:
    longer = Baseline(28, 400_000, 0.1, 0.09, 0.0)
    with pytest.raises(DesignError) as refused:
        describe("conversion", [COMMON, longer], 14, QUESTION, 2_000)
    assert "not the 20.0% that matter. What would: " in str(refused.value)
    needed = plan(longer, QUESTION, 2_000)
    units = max(needed.targeting_units, needed.contact_units)
    assert f"{units:,} units with a window of 28 days" in str(refused.value)
    describe("conversion", [COMMON, longer], 28, QUESTION, units)


def test_where_nobody_is_enough_the_least_effect_is_named() -> None:
    few = Baseline(14, 900, 0.01, 0.0099, 0.0)
    with pytest.raises(DesignError, match="All 900 customers see a lift of"):
        describe("conversion", [few], 14, QUESTION, 800)
    with pytest.raises(DesignError, match="more than the 900 customers"):
        describe("conversion", [few], 14, QUESTION, 1000)
    nothing = Baseline(14, 900, 0.0, 0.0, 0.0)
    with pytest.raises(DesignError, match="nobody does it"):
        describe("conversion", [nothing], 14, QUESTION, 800)
    with pytest.raises(DesignError, match="has base rates for 14 days"):
        describe("conversion", [few], 7, QUESTION, 800)


def test_the_base_rates_are_those_of_the_release(dirty_build: FinishedBuild) -> None:
    outcome = run_program(dirty_build.folder, "scripts.plan_experiment", "--effect", "0.1")
    assert outcome.returncode == 1
    assert "units see a lift of" in outcome.stderr or "more than the" in outcome.stderr


def test_there_is_no_plan_before_the_first_build(folder: BuildFolder) -> None:
    outcome = run_program(folder, "scripts.plan_experiment")
    assert outcome.returncode == 1
    assert "run `make build` first" in outcome.stderr
