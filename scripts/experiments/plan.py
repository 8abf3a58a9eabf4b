"""Plan an experiment: how many units it needs to detect an effect that matters.

Base rates come from the log (mart experiment_baselines). A design that cannot answer its
question is refused, with one that can.
"""

import math
from dataclasses import dataclass

import duckdb

from scripts.build_folder import BuildFolder, sql_path
from scripts.campaigns.contact_ledger import explain_earlier, records
from scripts.releases.release_folder import ReleaseError, ReleaseFolder
from scripts.reported_error import ReportedError
from scripts.statistics.power import Base, effect_seen, units_needed

METRICS = ("conversion", "engagement", "revenue")
# The baseline of a metric, if it has another name; purchases stand for revenue, because a
# relative effect does not depend on the value of a purchase.
MEASURED = {"revenue": "purchases"}
PRODUCTS = 1000  # to spread contacts over, so that no single product decides


class DesignError(ReportedError):
    """A design that cannot answer its question; the message names one that can."""


@dataclass(frozen=True)
class Baseline:
    """A metric without the experiment.

    Attributes:
        days: the attribution window.
        customers: the number of customers in the log.
        base: the metric per unit.
    """

    days: int
    customers: int
    base: Base


@dataclass(frozen=True)
class Question:
    """The question that the experiment should answer.

    Attributes:
        effect: the relative lift that matters.
        holdout: share of a pool that is not contacted.
    """

    effect: float
    significance: float
    power: float
    holdout: float


@dataclass(frozen=True)
class Plan:
    """What a number of units can detect.

    Attributes:
        targeting_effect, contact_effect: the smallest lift that is detected with the
            power, of the system's choice over chance, and of a contact over none.
        targeting_units, contact_units: units in all arms that detect the effect.
    """

    targeting_effect: float
    contact_effect: float
    targeting_units: int
    contact_units: int

    @property
    def effect(self) -> float:
        """The smallest lift that both comparisons detect."""
        return max(self.targeting_effect, self.contact_effect)

    @property
    def units(self) -> int:
        """Units with which both comparisons detect the effect."""
        return max(self.targeting_units, self.contact_units)


def plan(baseline: Baseline, question: Question, units: int) -> Plan:
    """What `units` can detect, and how many are needed.

    There are two pools of the same size, each with a holdout. The comparison is that of
    the verdict: the first metric by itself, without a covariate.

    Raises:
        DesignError: no customer, or every customer, does it in the window.
    """
    base = baseline.base
    if not base.mean or not base.variance:
        raise DesignError(
            f"In {baseline.days} days {'all do' if base.mean else 'no customer does'} it,"
            " so there is nothing to compare: take another window, or another metric"
        )
    if base.is_share and base.mean * (1 + question.effect) > 1:
        raise DesignError(
            f"--effect {question.effect:g}: {base.mean:.2%} do it without an experiment,"
            f" and no more than all can: expected at most {1 / base.mean - 1:.3g}"
        )
    contacted = 1 - question.holdout
    asked = question.significance, question.power
    # The first comparison uses the contacted units, the second one pool.
    return Plan(
        targeting_effect=effect_seen(base, units * contacted, 0.5, *asked),
        contact_effect=effect_seen(base, units / 2, contacted, *asked),
        targeting_units=math.ceil(
            units_needed(base, question.effect, 0.5, *asked) / contacted
        ),
        contact_units=math.ceil(units_needed(base, question.effect, contacted, *asked) * 2),
    )


def read_baselines(folder: BuildFolder, metric: str) -> list[Baseline]:
    """The baselines of a metric in the current release, the shortest window first.

    Raises:
        ReleaseError: there is no release, or a newer version made it.
        ContactListError: an earlier version made it, without baselines.
        DesignError: the log is too short for any window.
    """
    release = ReleaseFolder(folder.releases).readable()
    if release is None:
        raise ReleaseError("There is no release to plan from: run `make build` first")
    with duckdb.connect() as connection, explain_earlier(release):
        connection.execute(f"attach '{sql_path(release.database)}' as release (read_only)")
        records(connection, release, "experiment_baselines")
        rows = connection.execute(
            "select attribution_days, customer_count, mean, variance"
            " from release.experiment_baselines"
            " where metric = $metric order by attribution_days",
            {"metric": MEASURED.get(metric, metric)},
        ).fetchall()
    if not rows:
        raise DesignError("The log ends too soon after its split: it has no base rates")
    return [
        Baseline(days, customers, Base(mean, variance, metric == "conversion"))
        for days, customers, mean, variance in rows
    ]


def describe(
    metric: str, baselines: list[Baseline], days: int, question: Question, units: int
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
    seen = (
        f"{units:,} units see a lift of {found.targeting_effect:.1%} of the system's choice"
        f" over chance, and of {found.contact_effect:.1%} of contacting over leaving alone,"
        f" with a power of {question.power:.0%}"
    )
    if units > baseline.customers:
        raise DesignError(
            f"{units:,} units are more than the {baseline.customers:,} customers of the log"
        )
    if found.units > units:
        raise DesignError(
            f"{seen}, not the {question.effect:.1%} that matter."
            f" {advice(baselines, baseline, question)}"
        )
    return (
        f"In {days} days after a contact a customer has {baseline.base.mean:.4g}"
        f" {MEASURED.get(metric, metric)} on average, without an experiment.\n{seen}.\n"
        f"Needed for a lift of {question.effect:.1%}: {found.targeting_units:,} units for"
        f" the choice, {found.contact_units:,} for the contact.\n"
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
        return f"What would: {'; or '.join(designs)}"
    largest = plan(baseline, question, baseline.customers)
    return (
        f"Nor do all {baseline.customers:,} customers: they see a lift of"
        f" {largest.effect:.1%} at least. This log cannot answer it: ask of a metric that"
        " happens more often, or wait for more customers"
    )
