"""Plans of experiments against the textbook's formula, and designs that are refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from scripts.build_folder import BuildFolder
from scripts.experiments.plan import Baseline, DesignError, Question, describe, plan
from scripts.statistics.power import Base, units_needed
from tests.conftest import FinishedBuild, run_audience

QUESTION = Question(effect=0.2, significance=0.05, power=0.8, holdout=0.2)


def share(days: int, customers: int, mean: float) -> Baseline:
    return Baseline(days, customers, Base(mean, mean * (1 - mean), is_share=True))


COMMON = share(14, 400_000, 0.05)


@given(
    mean=st.floats(0.01, 5),
    variance=st.floats(0.1, 50),
    effect=st.floats(0.05, 2),
    power=st.floats(0.6, 0.95),
    holdout=st.floats(0.1, 0.6),
)
def test_units_of_a_mean_are_those_of_the_formula(
    mean: float, variance: float, effect: float, power: float, holdout: float
) -> None:
    """n = (z(1 - alpha / 2) + z(power))^2 x variance x (1 + 1 / ratio) / effect^2."""
    baseline = Baseline(14, 10**9, Base(mean, variance, is_share=False))
    found = plan(baseline, Question(effect, 0.05, power, holdout), 10_000)
    z = stats.norm.isf(0.025) + stats.norm.ppf(power)
    per_arm = z**2 * variance * 2 / (effect * mean) ** 2
    assert found.targeting_units == pytest.approx(
        2 * per_arm / (1 - holdout), abs=3, rel=0.001
    )
    held_out = z**2 * variance * (1 + holdout / (1 - holdout)) / (effect * mean) ** 2
    assert found.contact_units == pytest.approx(2 * held_out / holdout, abs=6, rel=0.001)


def test_units_of_a_share_are_those_of_a_table() -> None:
    """10 % against 15 %, one to one: 686 in each arm (Fleiss, Levin and Paik 2003)."""
    base = Base(0.1, 0.09, is_share=True)
    assert round(units_needed(base, 0.5, 0.5, 0.05, 0.8) / 2) == 686


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
    longer = share(28, 400_000, 0.1)
    with pytest.raises(DesignError) as refused:
        describe("conversion", [COMMON, longer], 14, QUESTION, 2_000)
    assert "not the 20.0% that matter. What would: " in str(refused.value)
    needed = plan(longer, QUESTION, 2_000)
    units = max(needed.targeting_units, needed.contact_units)
    assert f"{units:,} units with a window of 28 days" in str(refused.value)
    describe("conversion", [COMMON, longer], 28, QUESTION, units)


def test_where_nobody_is_enough_the_least_effect_is_named() -> None:
    few = share(14, 900, 0.01)
    with pytest.raises(DesignError, match="Nor do all 900 customers: they see a lift of"):
        describe("conversion", [few], 14, QUESTION, 800)
    with pytest.raises(DesignError, match="more than the 900 customers"):
        describe("conversion", [few], 14, QUESTION, 1000)
    nothing = share(14, 900, 0.0)
    with pytest.raises(DesignError, match="no customer does it"):
        describe("conversion", [nothing], 14, QUESTION, 800)
    with pytest.raises(DesignError, match="has base rates for 14 days"):
        describe("conversion", [few], 7, QUESTION, 800)


def test_the_base_rates_are_those_of_the_release(dirty_build: FinishedBuild) -> None:
    outcome = run_audience(dirty_build.folder, "plan", "--effect", "0.1")
    assert outcome.returncode == 1
    assert "units see a lift of" in outcome.stderr or "more than the" in outcome.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--effect", "nan"), "'--effect': nan, expected a lift such as 0.5"),
        (("--effect", "inf"), "'--effect': inf, expected a lift such as 0.5"),
        (("--power", "0.01"), "'--power': 0.01, expected more than --significance"),
        (("--units", "7"), "'--units': 7 is not in the range x>=8"),
    ],
)
def test_what_cannot_be_meant_is_refused(
    folder: BuildFolder, arguments: tuple[str, ...], message: str
) -> None:
    outcome = run_audience(folder, "plan", *arguments)
    assert outcome.returncode == 2
    assert message in outcome.stderr


def test_more_than_all_cannot_do_it() -> None:
    with pytest.raises(DesignError, match="no more than all can"):
        plan(share(14, 900, 0.8), Question(0.5, 0.05, 0.8, 0.2), 800)


def test_there_is_no_plan_before_the_first_build(folder: BuildFolder) -> None:
    outcome = run_audience(folder, "plan")
    assert outcome.returncode == 1
    assert "run `make build` first" in outcome.stderr
