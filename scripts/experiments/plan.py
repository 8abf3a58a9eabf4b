"""Plan an experiment: how many units it needs to detect an effect that matters and to ship.

A design that cannot answer its question is refused, with one that can.
"""

import functools
import math
from dataclasses import dataclass

from scripts.experiments.baselines import Baseline, DesignError, Prices
from scripts.statistics.ship_power import Design, Money, effect_seen

WITHOUT_PRICES = (
    "No costs are stated: the best verdict is that there is an effect. Name a --campaign,"
    " or --cost and --value.\n"
)
PRODUCTS = 1000  # to spread contacts over, so that no single product decides


@dataclass(frozen=True)
class Question:
    """The question that the experiment should answer.

    Attributes:
        effect: the relative lift that matters.
        holdout: share of a pool that is not contacted.
        prices: None if they are not known, and no profit is asked for.
    """

    effect: float
    significance: float
    power: float
    holdout: float
    prices: Prices | None = None


@dataclass(frozen=True)
class Plan:
    """What a number of units can detect.

    Attributes:
        contact_effect, advantage_effect: the smallest lift that is detected with the
            power: of a contact over none, and of that lift over the one by chance.
        effect: the smallest lift that is detected in both ways and as one that pays.
        contact_units, advantage_units, profit_units: units in all arms that detect the
            effect, that it is more than by chance, and that it pays; infinite if it does
            not pay, None without prices.
        units: units that detect all of them, as a verdict to ship needs.
    """

    contact_effect: float
    advantage_effect: float
    effect: float
    contact_units: int
    advantage_units: int
    profit_units: float | None
    units: float


def plan(baseline: Baseline, question: Question, units: int) -> Plan:
    """What `units` can detect, and how many are needed.

    There are two pools of the same size, each with a holdout. Contacting has the effect on
    the system's choice and none on customers chosen by chance. The comparisons are those of
    the verdict: the first metric by itself, without a covariate.

    Raises:
        DesignError: no customer, or every customer, does it in the window; or no customer
            purchases, and a profit is asked for.
    """
    base = baseline.base
    if base.mean <= 0 or not base.variance:
        who = "all customers" if base.mean > 0 else "no customer"
        raise DesignError(
            f"In {baseline.days} days {who} did what the metric counts, so there is nothing"
            " to compare: take another window, or another metric"
        )
    if base.is_share and base.mean * (1 + question.effect) > 1:
        raise DesignError(
            f"--effect {question.effect:g}: {base.mean:.2%} of the customers do it without"
            f" an experiment, so at most {1 / base.mean - 1:.3g} is possible"
        )
    if question.prices and not baseline.money_base.mean:
        raise DesignError(
            f"In {baseline.days} days no customer purchases, so no profit can be shown:"
            " take a longer window"
        )
    design = Design(base, _money(baseline, question), question.holdout)
    asked = question.significance, question.power
    given = units, question.significance
    seen = functools.partial(effect_seen, wanted=question.power)
    profit = design.profit(question.effect)
    return Plan(
        contact_effect=seen(lambda effect: design.contact(effect).power(*given)),
        advantage_effect=seen(lambda effect: design.advantage(effect).power(*given)),
        effect=seen(lambda effect: design.power(effect, *given)),
        contact_units=math.ceil(design.contact(question.effect).units(*asked)),
        advantage_units=math.ceil(design.advantage(question.effect).units(*asked)),
        profit_units=_whole(profit.units(*asked)) if profit else None,
        units=_whole(design.units(question.effect, *asked)),
    )


def describe(
    metric: str,
    baselines: list[Baseline],
    days: int,
    question: Question,
    units: int,
    campaign: str | None = None,
) -> str:
    """The plan in words.

    Raises:
        DesignError: the design cannot answer its question.
    """
    by_days = {baseline.days: baseline for baseline in baselines}
    if days not in by_days:
        raise DesignError(
            f"--days {days}: the log has base rates for {', '.join(map(str, by_days))} days"
        )
    baseline = by_days[days]
    found = plan(baseline, question, units)
    whose = f" of {campaign}" if campaign else ""
    seen = (
        f"{units:,} units detect a lift of {found.contact_effect:.1%} of contacting over"
        f" leaving alone, and one of {found.advantage_effect:.1%} as more than by chance,"
        f" with a power of {question.power:.0%}"
    )
    if units > baseline.customers:
        raise DesignError(
            f"{units:,} units are more than the {baseline.customers:,} customers"
            f"{whose or ' of the log'}: name at most so many (--units"
            f" {baseline.customers})"
        )
    needed = (
        f"Needed for a lift of {question.effect:.1%}: {found.contact_units:,} units to show"
        f" the effect of a contact, {found.advantage_units:,} to show that it is more than"
        " by chance"
    )
    if found.profit_units is not None and math.isfinite(found.profit_units):
        needed += f", {found.profit_units:,} to show that it pays"
    if math.isinf(found.units):
        raise DesignError(f"{needed}. {_loss(baseline, question)}")
    needed += f"; {found.units:,} to show all of it in one experiment"
    if found.units > units:
        raise DesignError(
            f"{seen}. {needed}. {units:,} are too few."
            f" {advice(baselines, baseline, question)}"
        )
    mean = baseline.base.mean
    rate = (
        f"converted at {100 * mean:.3g}%"
        if metric == "conversion"
        else f"had {mean:.4g} {baseline.measured} per customer"
    )
    return (
        f"In the {days} days after the split of the log, without an experiment, the"
        f" {baseline.customers:,} customers"
        f" {f'eligible for {campaign}' if campaign else 'of the log'} {rate}."
        " Customers whom the system picks have a higher rate.\n"
        f"{seen}.\n{needed}.\n"
        f"{'' if question.prices else WITHOUT_PRICES}"
        f"Each pool has {units // 2:,} units, {question.holdout:.0%} of them held out."
        f" Contact all within a few days, and decide {days} days after the last contact.\n"
        f"Spread the contacts over {min(PRODUCTS, units):,} products or more, so that no"
        " single one decides. Units are the customers who match the campaign, in the"
        " experiment's part of its layer."
    )


def advice(baselines: list[Baseline], baseline: Baseline, question: Question) -> str:
    """A design that answers the question, or the smallest lift that the log can detect."""
    designs = []
    for other in baselines:
        try:
            there = plan(other, question, other.customers)
        except DesignError:
            continue
        if there.units <= other.customers:
            designs.append(f"{there.units:,} units with a window of {other.days} days")
    if designs:
        return f"What would do: {'; or '.join(designs)}"
    largest = plan(baseline, question, baseline.customers)
    return (
        f"Nor would all {baseline.customers:,} customers: they detect all of it from a lift"
        f" of {largest.effect:.1%} on. This log cannot answer it: ask of a metric that"
        " happens more often, or wait for more customers"
    )


def _money(baseline: Baseline, question: Question) -> Money | None:
    prices = question.prices
    if prices is None:
        return None
    return Money(prices.cost, prices.value, baseline.money_base)


def _loss(baseline: Baseline, question: Question) -> str:
    """Why no number of units shows a profit."""
    money = _money(baseline, question)
    assert money is not None  # only what costs can fail to pay
    earned = question.effect * money.base.mean * money.value
    return (
        f"No number shows that it pays: a contact costs {money.cost:.4g}, and a lift of"
        f" {question.effect:.1%} earns {earned:.4g}. It pays from a lift of"
        f" {money.break_even():.1%} on: name an --effect above that"
    )


def _whole(units: float) -> float:
    """Rounded up; infinite stays as it is."""
    return math.ceil(units) if math.isfinite(units) else math.inf
