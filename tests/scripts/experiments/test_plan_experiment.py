"""Plans of experiments against the textbook's formula, and designs that are refused."""

import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from scripts.build_folder import BuildFolder
from scripts.campaigns.contact_ledger import ContactListError
from scripts.experiments.baselines import (
    Baseline,
    DesignError,
    Prices,
    read_baselines,
    read_prices,
)
from scripts.experiments.plan import Question, describe, plan
from scripts.statistics.power import Base, units_needed
from tests.conftest import FinishedBuild, read_release, run_audience

QUESTION = Question(effect=0.2, significance=0.05, power=0.8, holdout=0.2)


def share(days: int, customers: int, mean: float) -> Baseline:
    base = Base(mean, mean * (1 - mean), is_share=True)
    return Baseline(days, customers, base, base)


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
    """n = (z(1 - alpha / 2) x assumed error + z(power) x error)^2 / effect^2.

    The arm with the effect varies as much more as it has more events. The test takes the
    variance of both arms for the holdout, whose own is smaller.
    """
    base = Base(mean, variance, is_share=False)
    baseline = Baseline(14, 10**9, base, base)
    found = plan(baseline, Question(effect, 0.05, power, holdout), 10_000)
    contacted = variance * (1 + effect) / (1 - holdout)
    pooled = variance * (1 + effect * (1 - holdout))
    reach = stats.norm.isf(0.025) * (contacted + pooled / holdout) ** 0.5
    reach += stats.norm.ppf(power) * (contacted + variance / holdout) ** 0.5
    pool = (reach / (effect * mean)) ** 2
    assert found.contact_units == pytest.approx(2 * pool, abs=6, rel=0.001)
    # The other pool adds its own variance, without the effect.
    chance = variance / (1 - holdout) + variance / holdout
    reach = stats.norm.isf(0.025) * (contacted + pooled / holdout + chance) ** 0.5
    reach += stats.norm.ppf(power) * (contacted + variance / holdout + chance) ** 0.5
    pool = (reach / (effect * mean)) ** 2
    assert found.advantage_units == pytest.approx(2 * pool, abs=12, rel=0.001)
    assert found.units >= found.advantage_units


def test_units_of_a_share_are_those_of_a_table() -> None:
    """10 % against 15 %, one to one: 686 in each arm (Fleiss, Levin and Paik 2003)."""
    base = Base(0.1, 0.09, is_share=True)
    assert round(units_needed(base, 0.5, 0.5, 0.05, 0.8) / 2) == 686


def test_units_of_the_contact_are_those_of_the_score_test() -> None:
    """The customers of the shipped example: not those of 0.82 %, the rate of all."""
    for rate, least, most in ((0.03458, 14_130, 14_150), (0.008192, 61_850, 61_930)):
        found = plan(
            share(28, 400_000, rate), Question(0.5, 0.05, 0.8, 0.2), 10_000
        ).contact_units
        base = Base(rate, rate * (1 - rate), is_share=True)
        assert found == pytest.approx(2 * units_needed(base, 0.5, 0.8, 0.05, 0.8), abs=1)
        assert least < found < most


def test_what_units_can_see_is_seen_with_as_many() -> None:
    found = plan(COMMON, QUESTION, 50_000)
    for effect, units in (
        ("contact_effect", "contact_units"),
        ("advantage_effect", "advantage_units"),
        ("effect", "units"),
    ):
        seen = Question(getattr(found, effect), 0.05, 0.8, 0.2)
        assert getattr(plan(COMMON, seen, 50_000), units) == pytest.approx(
            50_000, rel=0.001
        )


def test_a_profit_needs_more_units_than_an_effect() -> None:
    """The dearer the contact, the more; nothing shows one that is not there."""
    needed = [
        plan(COMMON, Question(0.2, 0.05, 0.8, 0.2, Prices(cost, 5.0)), 50_000)
        for cost in (0.0, 0.01, 0.03, 0.06)
    ]
    assert len({found.contact_units for found in needed}) == 1
    profits = [found.profit_units or 0 for found in needed]
    assert profits == sorted(profits)
    assert profits[0] == needed[0].contact_units
    assert profits[1] > needed[1].contact_units
    assert all(
        found.units >= max(found.advantage_units, profit)
        for found, profit in zip(needed, profits, strict=True)
    )
    assert math.isinf(profits[3])
    assert math.isinf(needed[3].units)


def test_without_purchases_no_profit_can_be_shown() -> None:
    busy = Baseline(14, 900, Base(2.0, 1.0, is_share=False), Base(0.0, 0.0, is_share=True))
    plan(busy, QUESTION, 800)
    with pytest.raises(DesignError, match="no customer purchases"):
        plan(busy, Question(0.2, 0.05, 0.8, 0.2, Prices(0.1, 5.0)), 800)


def test_the_profit_of_another_metric_needs_units_too() -> None:
    """Engagement decides, conversions earn."""
    purchasers = COMMON.base
    busy = Baseline(14, 900, Base(2.0, 1.0, is_share=False), purchasers)
    priced = Question(0.2, 0.05, 0.8, 0.2, Prices(0.01, 5.0))
    found = plan(busy, priced, 800)
    assert found.profit_units == plan(COMMON, priced, 800).profit_units
    assert found.units == pytest.approx(found.profit_units, rel=0.001)
    assert plan(busy, QUESTION, 800).units < found.units


def test_an_effect_that_does_not_pay_is_refused_with_one_that_does() -> None:
    """A lift of 20 % on 5 % is one conversion in a hundred, worth 0.05."""
    question = Question(0.2, 0.05, 0.8, 0.2, Prices(0.06, 5.0))
    with pytest.raises(DesignError) as refused:
        describe("conversion", [COMMON], 14, question, 50_000)
    assert (
        "a contact costs 0.06, and a lift of 20.0% earns 0.05. It pays from a lift of 24.0%"
        " on" in str(refused.value)
    )
    assert f"{plan(COMMON, question, 1000).contact_units:,} units" in str(refused.value)


def test_a_design_that_can_answer_is_described() -> None:
    needed = plan(COMMON, QUESTION, 1000)
    text = describe("conversion", [COMMON], 14, QUESTION, needed.units)
    assert f"{needed.contact_units:,} units to show the effect of a contact" in text
    assert "No costs are stated" in text
    priced = Question(0.2, 0.05, 0.8, 0.2, Prices(0.01, 5.0))
    needed = plan(COMMON, priced, 1000)
    text = describe("conversion", [COMMON], 14, priced, needed.units, "spring")
    assert f"{needed.profit_units:,} to show that it pays" in text
    assert f"{needed.units:,} to show all of it" in text
    assert f"the {COMMON.customers:,} customers eligible for spring converted at 5%" in text
    assert "without an experiment" in text
    assert "No costs are stated" not in text


def test_a_metric_that_is_no_share_is_a_number_per_customer() -> None:
    mean = Base(2.5, 1.0, is_share=False)
    busy = Baseline(14, 900, mean, COMMON.base, "engagement")
    text = describe("engagement", [busy], 14, QUESTION, 900)
    assert "the 900 customers of the log had 2.5 engagement per customer" in text
    # Without amounts in the log.
    text = describe(
        "revenue", [Baseline(14, 900, mean, mean, "purchases")], 14, QUESTION, 900
    )
    assert "had 2.5 purchases per customer" in text


def test_a_design_that_cannot_is_refused_with_one_that_can() -> None:
    longer = share(28, 400_000, 0.1)
    with pytest.raises(DesignError) as refused:
        describe("conversion", [COMMON, longer], 14, QUESTION, 2_000)
    assert "2,000 are too few. What would do: " in str(refused.value)
    units = plan(longer, QUESTION, 2_000).units
    assert f"{units:,} units with a window of 28 days" in str(refused.value)
    describe("conversion", [COMMON, longer], 28, QUESTION, units)


def test_with_too_few_customers_the_least_effect_is_named() -> None:
    few = share(14, 900, 0.01)
    with pytest.raises(DesignError, match="Nor would all 900 customers: they detect"):
        describe("conversion", [few], 14, QUESTION, 800)
    with pytest.raises(DesignError, match=r"more than the 900 customers.*--units 900"):
        describe("conversion", [few], 14, QUESTION, 1000)
    nothing = share(14, 900, 0.0)
    with pytest.raises(DesignError, match="no customer did what the metric counts"):
        describe("conversion", [nothing], 14, QUESTION, 800)
    with pytest.raises(DesignError, match="has base rates for 14 days"):
        describe("conversion", [few], 7, QUESTION, 800)


def test_the_base_rates_are_those_of_the_release(dirty_build: FinishedBuild) -> None:
    outcome = run_audience(dirty_build.folder, "plan", "--effect", "0.1")
    assert outcome.returncode == 1
    assert "units detect a lift of" in outcome.stderr or "more than the" in outcome.stderr


def test_a_campaign_has_base_rates_and_prices_of_its_own(
    dirty_build: FinishedBuild,
) -> None:
    folder = dirty_build.folder
    with read_release(folder) as release:
        rates = release.execute(
            "select mean, customer_count from campaign_baselines where"
            " campaign_id = 'spring_rotation' and metric = 'conversion'"
            " order by attribution_days"
        ).fetchall()
        prices = release.execute(
            "select cost_per_contact, value_per_conversion from campaign_summaries"
            " where campaign_id = 'spring_rotation'"
        ).fetchone()
        (all_customers,) = release.execute(
            "select max(customer_count) from experiment_baselines"
        ).fetchall()[0]
    found = read_baselines(folder, "conversion", "spring_rotation")
    assert [(one.base.mean, one.customers) for one in found] == rates
    assert all(one.customers < all_customers for one in found)
    # What earns is the share of purchasers, or the number of their purchases.
    assert found[0].money_base == found[0].base
    revenue = read_baselines(folder, "revenue", "spring_rotation")
    assert revenue[0].base == revenue[0].money_base
    assert not revenue[0].base.is_share
    assert read_prices(folder, "spring_rotation", None, None) == Prices(*prices)
    assert read_prices(folder, "spring_rotation", 0.5, None) == Prices(0.5, prices[1])
    assert read_prices(folder, None, None, None) is None
    with pytest.raises(DesignError, match="--cost is known and --value is not"):
        read_prices(folder, None, 0.5, None)
    with pytest.raises(ContactListError, match="summer"):
        read_baselines(folder, "conversion", "summer")


def test_revenue_of_the_log_needs_no_value(tmp_path: Path) -> None:
    folder = BuildFolder(tmp_path)
    assert read_prices(folder, None, 0.5, None, is_money=True) == Prices(0.5, 1.0)
    assert read_prices(folder, None, None, None, is_money=True) is None
    with pytest.raises(DesignError, match="--value 3: the log says what its purchases"):
        read_prices(folder, None, 0.5, 3.0, is_money=True)


def test_audiences_and_experiments_are_planned_with_one_base_rate(
    dirty_build: FinishedBuild,
) -> None:
    with read_release(dirty_build.folder) as release:
        rates = release.execute(
            "select plans.campaign_id, any_value(plans.base_rate),"
            " any_value(baselines.mean)"
            " from audience_plan as plans inner join campaign_baselines as baselines"
            " on plans.campaign_id = baselines.campaign_id"
            " and plans.response_days = baselines.attribution_days"
            " where baselines.metric = 'conversion' group by plans.campaign_id"
        ).fetchall()
    assert "spring_rotation" in {campaign for campaign, _, _ in rates}
    for _, planned, measured in rates:
        assert planned == pytest.approx(measured, abs=1e-9)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--effect", "nan"), "'--effect': nan, expected a lift such as 0.5"),
        (("--effect", "inf"), "'--effect': inf, expected a lift such as 0.5"),
        (("--power", "0.01"), "'--power': 0.01, expected more than --significance"),
        (("--units", "7"), "'--units': 7 is not in the range x>=8"),
    ],
)
def test_invalid_values_are_refused(
    folder: BuildFolder, arguments: tuple[str, ...], message: str
) -> None:
    outcome = run_audience(folder, "plan", *arguments)
    assert outcome.returncode == 2
    assert message in outcome.stderr


def test_more_than_all_cannot_do_it() -> None:
    with pytest.raises(DesignError, match="is possible"):
        plan(share(14, 900, 0.8), Question(0.5, 0.05, 0.8, 0.2), 800)


def test_there_is_no_plan_before_the_first_build(folder: BuildFolder) -> None:
    outcome = run_audience(folder, "plan")
    assert outcome.returncode == 1
    assert "run `audience build` first" in outcome.stderr
