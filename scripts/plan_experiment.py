"""Plan an experiment: how many units, for how long, to see an effect that matters.

Base rates are those of the log (mart experiment_baselines). A design that cannot answer its
question is refused, with one that can.
"""

import argparse
import math
import sys
from dataclasses import dataclass

import duckdb
import tea_tasting

from scripts.build_folder import BuildFolder
from scripts.contact_list import ContactListError, records
from scripts.releases import ReleaseError, ReleaseFolder

METRICS = ("conversion", "engagement", "revenue")


class DesignError(ValueError):
    """A design that cannot answer its question; the message says what could."""


@dataclass(frozen=True)
class Baseline:
    """What units do without the experiment.

    Attributes:
        days: the attribution window.
        customers: how many there are.
        mean, variance: of the metric per unit.
        correlation: of the metric with what was known before.
    """

    days: int
    customers: int
    mean: float
    variance: float
    correlation: float


@dataclass(frozen=True)
class Question:
    """What is asked.

    Attributes:
        effect: relative lift that matters.
        holdout: share of a pool that is not contacted.
    """

    effect: float
    significance: float
    power: float
    holdout: float


@dataclass(frozen=True)
class Plan:
    """What a number of units can see.

    Attributes:
        targeting_effect, contact_effect: least lift that is seen with the power, of the
            system's choice over chance, and of contacting over leaving alone.
        targeting_units, contact_units: units over all arms that would see the effect.
    """

    targeting_effect: float
    contact_effect: float
    targeting_units: int
    contact_units: int


def plan(baseline: Baseline, question: Question, units: int) -> Plan:
    """What `units` can see, and how many would be needed.

    Two pools of the same size, each with a holdout. Normal approximation; contacting is
    compared with the covariate (its variance falls by the squared correlation), targeting
    without it.

    Raises:
        DesignError: nothing happens in the window.
    """
    if not baseline.mean or not baseline.variance:
        raise DesignError(
            f"In {baseline.days} days nobody does it: there is nothing to compare. Take a"
            " longer window, or another metric"
        )
    contacted = 1 - question.holdout
    # Of all units: half are treatment's pool, and so on.
    targeting_share = contacted
    contact_share = 0.5
    adjusted = baseline.variance * (1 - baseline.correlation**2)
    ratio = contacted / question.holdout
    return Plan(
        targeting_effect=_solve(
            baseline, question, baseline.variance, 1, n_obs=units * targeting_share
        ),
        contact_effect=_solve(
            baseline, question, adjusted, ratio, n_obs=units * contact_share
        ),
        targeting_units=math.ceil(
            _solve(baseline, question, baseline.variance, 1) / targeting_share
        ),
        contact_units=math.ceil(
            _solve(baseline, question, adjusted, ratio) / contact_share
        ),
    )


def _solve(
    baseline: Baseline,
    question: Question,
    variance: float,
    ratio: float,
    n_obs: float | None = None,
) -> float:
    """The relative effect that n_obs units see; or the units that see the effect."""
    known = {"rel_effect_size": question.effect} if n_obs is None else {}
    metric = tea_tasting.Mean(
        "value",
        alpha=question.significance,
        power=question.power,
        ratio=ratio,
        use_t=False,
        n_obs=None if n_obs is None else max(4, round(n_obs)),
        **known,
    )
    (solved,) = metric.solve_power_from_aggregates(
        tea_tasting.aggr.Aggregates(
            count_=baseline.customers,
            mean_={"value": baseline.mean},
            var_={"value": variance},
        ),
        "n_obs" if n_obs is None else "rel_effect_size",
    )
    return float(solved.n_obs if n_obs is None else solved.rel_effect_size)


def read_baselines(folder: BuildFolder, metric: str) -> list[Baseline]:
    """The baselines of a metric in the current release, the shortest window first.

    Raises:
        ReleaseError: there is no release.
        ContactListError: it was made before there were baselines.
        DesignError: the log is too short for any window.
    """
    release = ReleaseFolder(folder.releases).current()
    if release is None:
        raise ReleaseError("There is no release to plan from: run `make build` first")
    with duckdb.connect() as connection:
        connection.execute(f"attach '{release.database}' as release (read_only)")
        records(connection, release, "experiment_baselines")
        rows = connection.execute(
            "select attribution_days, customer_count, mean, variance,"
            " coalesce(covariate_correlation, 0) from release.experiment_baselines"
            " where metric = $metric order by attribution_days",
            # A purchase's value changes no relative effect.
            {"metric": "purchases" if metric == "revenue" else metric},
        ).fetchall()
    if not rows:
        raise DesignError("The log ends too soon after its split: it has no base rates")
    return [Baseline(*row) for row in rows]


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
    needed = max(found.targeting_units, found.contact_units)
    seen = (
        f"{units:,} units see a lift of {found.targeting_effect:.1%} of the system's choice"
        f" over chance, and of {found.contact_effect:.1%} of contacting over leaving alone,"
        f" with a power of {question.power:.0%}"
    )
    if units > baseline.customers:
        raise DesignError(
            f"{units:,} units are more than the {baseline.customers:,} customers of the log"
        )
    if needed > units:
        others = [
            f"{needed_there:,} units with a window of {other.days} days"
            for other in baselines
            if other.mean and other.variance
            for there in [plan(other, question, units)]
            for needed_there in [max(there.targeting_units, there.contact_units)]
            if needed_there <= other.customers
        ]
        largest = plan(baseline, question, baseline.customers)
        advice = (
            f"What would: {'; or '.join(others)}"
            if others
            else f"All {baseline.customers:,} customers see a lift of"
            f" {max(largest.targeting_effect, largest.contact_effect):.1%}: ask for that"
        )
        raise DesignError(f"{seen}, not the {question.effect:.1%} that matter. {advice}")
    return (
        f"In {days} days after a contact a customer has {baseline.mean:.4g} {metric} on"
        f" average, without an experiment.\n{seen}.\n"
        f"Needed for a lift of {question.effect:.1%}: {found.targeting_units:,} units for"
        f" the choice, {found.contact_units:,} for the contact.\n"
        f"Each pool has {units // 2:,} units, {question.holdout:.0%} of them held out."
        f" Contact all within a few days, and decide {days} days after the last contact.\n"
        "Spread the contacts over 1,000 products or more, so that no single one decides."
    )


def main(arguments: list[str] | None = None) -> int:
    """Run the program; returns the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m scripts.plan_experiment",
        description="How many units an experiment needs, and what some of them can see.",
    )
    parser.add_argument("--metric", choices=METRICS, default="conversion")
    parser.add_argument("--effect", type=float, default=0.5, help="relative; default 0.5")
    parser.add_argument("--units", type=int, default=10_000, help="default 10000")
    parser.add_argument("--days", type=int, default=14, help="attribution window, 14")
    parser.add_argument("--power", type=float, default=0.8, help="default 0.8")
    parser.add_argument("--significance", type=float, default=0.05, help="default 0.05")
    parser.add_argument("--holdout", type=float, default=0.2, help="of a pool; 0.2")
    options = parser.parse_args(arguments)
    for name in ("power", "significance", "holdout"):
        if not 0 < getattr(options, name) < 1:
            parser.error(f"--{name} {getattr(options, name)}: expected between 0 and 1")
    if options.effect <= 0 or options.units < 8:
        parser.error("--effect must be above 0, and --units 8 or more")
    question = Question(
        options.effect, options.significance, options.power, options.holdout
    )
    try:
        baselines = read_baselines(BuildFolder.from_environment(), options.metric)
        text = describe(options.metric, baselines, options.days, question, options.units)
    except (DesignError, ContactListError, ReleaseError, OSError, duckdb.Error) as error:
        print(f"error: {error}.", file=sys.stderr)
        return 1
    print(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
