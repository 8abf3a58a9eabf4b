"""What a number of units can ship: the effect of contacting, its advantage and its profit.

Two pools of the same size, each with the same share held out: the system's choice, and
customers chosen by chance. A contact has the effect on the system's choice and none on the
others. Normal approximation with the variances that there are, as the intervals of the
verdict have them.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

from scipy import optimize, stats

from scripts.statistics.power import Base

MOST_UNITS = 1e15
LARGEST_EFFECT = 1e6


def effect_seen(power: Callable[[float], float], wanted: float) -> float:
    """The least relative effect whose power is the one that is wanted."""

    def lacking(effect: float) -> float:
        return power(effect) - wanted

    if lacking(LARGEST_EFFECT) < 0:
        return math.inf
    return float(optimize.brentq(lacking, 1e-9, LARGEST_EFFECT))


@dataclass(frozen=True)
class Money:
    """What a contact costs, and what one of the metric that earns is worth.

    Attributes:
        base: the metric that earns, without the effect: conversions or purchases.
    """

    cost: float
    value: float
    base: Base

    def break_even(self) -> float:
        """The relative effect that earns its cost and no more."""
        return self.cost / (self.value * self.base.mean)


@dataclass(frozen=True)
class Test:
    """A look at whether the lower end of a two-sided interval lies above 0.

    Attributes:
        shift: the value in truth.
        assumed, error: standard errors, times the square root of all units: the one that an
            interval has whose lower end is 0, and the one in truth.
    """

    shift: float
    assumed: float
    error: float

    def distance(self, units: float, significance: float) -> float:
        """Standard errors by which the value is above the least that is found."""
        reach = stats.norm.isf(significance / 2) * self.assumed
        return float((self.shift * math.sqrt(units) - reach) / self.error)

    def power(self, units: float, significance: float) -> float:
        """The chance that the lower end of the interval is above 0."""
        return float(stats.norm.cdf(self.distance(units, significance)))

    def units(self, significance: float, wanted: float) -> float:
        """Units that find it with a power; infinite if there is nothing to find."""
        if self.shift <= 0:
            return math.inf
        reach = stats.norm.isf(significance / 2) * self.assumed
        reach += stats.norm.ppf(wanted) * self.error
        return float((reach / self.shift) ** 2)


@dataclass(frozen=True)
class Design:
    """The three tests of a design.

    Attributes:
        money: None if no cost is stated.
        holdout: share of each pool that is not contacted.
    """

    base: Base
    money: Money | None
    holdout: float

    def contact(self, effect: float) -> Test:
        """Of the effect of contacting the treatment."""
        return self._test(self.base, effect, effect * self.base.mean)

    def advantage(self, effect: float) -> Test:
        """Of the same less the effect on customers chosen by chance."""
        return self._test(self.base, effect, effect * self.base.mean, pools=2)

    def profit(self, effect: float) -> Test | None:
        """Of what a contact earns, in the metric that earns; None if no cost is stated."""
        if self.money is None:
            return None
        base = self.money.base
        return self._test(
            base, effect, effect * base.mean - self.money.cost / self.money.value
        )

    def power(self, effect: float, units: float, significance: float) -> float:
        """The chance to find all three; two of them if no cost is stated."""
        contact, advantage = self.contact(effect), self.advantage(effect)
        # Who finds a profit in the same metric has found an effect.
        least, profit = contact, self.profit(effect)
        if profit and self.money and self.money.base == self.base:
            least, profit = profit, None
        shared = contact.error / advantage.error
        both = float(
            stats.multivariate_normal.cdf(
                [
                    least.distance(units, significance),
                    advantage.distance(units, significance),
                ],
                cov=[[1, shared], [shared, 1]],
            )
        )
        # In another metric: as if it were independent, which it is not, to its credit.
        return both * profit.power(units, significance) if profit else both

    def units(self, effect: float, significance: float, wanted: float) -> float:
        """Units that find all with a power; infinite if there is nothing to find."""
        tests = [self.contact(effect), self.advantage(effect), self.profit(effect)]
        least = max(test.units(significance, wanted) for test in tests if test)
        if not math.isfinite(least):
            return math.inf

        def lacking(log_units: float) -> float:
            return self.power(effect, math.exp(log_units), significance) - wanted

        if lacking(math.log(least)) >= 0:
            return least
        return math.exp(optimize.brentq(lacking, math.log(least), math.log(MOST_UNITS)))

    def _test(self, base: Base, effect: float, shift: float, pools: int = 1) -> Test:
        """Whether a value is found that lies `shift` above the least."""
        assumed, error = base.errors(effect, 1 - self.holdout)
        if base.is_share:
            assumed = self._assumed_of_shares(base, effect, shift)
        without, _ = base.errors(0, 1 - self.holdout)
        others = without if pools == 2 else 0.0
        # A pool has half of all units.
        return Test(
            shift,
            math.sqrt(2) * math.hypot(assumed, others),
            math.sqrt(2) * math.hypot(error, others),
        )

    def _assumed_of_shares(self, base: Base, effect: float, shift: float) -> float:
        """The standard error of an interval whose lower end is 0, as `Base.errors` has it.

        The interval is that of Newcombe. Its lower end is near that of the score test,
        which takes both shares closer together by the shift, and the one with fewer units
        by more of it. The control stays as it is: that asks for a few units too many.
        """
        pair = (1 - self.holdout, self.holdout)
        shares = (min(base.mean * (1 + effect), 1), base.mean)
        parts = 1 / pair[0] + 1 / pair[1]
        closer = [
            min(max(mean - sign * shift / part / parts, 0), 1)
            for mean, part, sign in zip(shares, pair, (1, -1), strict=True)
        ]
        return math.sqrt(
            sum(mean * (1 - mean) / part for mean, part in zip(closer, pair, strict=True))
        )
