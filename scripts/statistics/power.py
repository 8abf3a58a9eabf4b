"""What a number of units can see in the comparison of two arms.

Normal approximation for the difference of two means, two-sided (Fleiss, Levin and Paik
2003, chapter 4). The variance of a share follows from its mean, and the test takes that of
both arms together. An effect on another metric adds events like those that there are: the
variance grows as the mean does (a compound Poisson sum), and the test gives the smaller arm
at least the variance of both together.
"""

import math
from dataclasses import dataclass

from scipy import stats


@dataclass(frozen=True)
class Base:
    """What units do without the effect.

    Attributes:
        mean, variance: of the metric per unit.
        is_share: whether the metric is 0 or 1.
    """

    mean: float
    variance: float
    is_share: bool

    def variance_with(self, effect: float) -> float:
        """The variance of an arm with a relative effect."""
        if not self.is_share:
            return self.variance * (1 + effect)
        mean = min(self.mean * (1 + effect), 1)
        return mean * (1 - mean)

    def errors(self, effect: float, share: float) -> tuple[float, float]:
        """Standard errors of the difference, times the square root of the units.

        Args:
            effect: relative.
            share: of the units that are in the arm with the effect.

        Returns:
            That which the test assumes, and that which there is.
        """
        own = self.variance_with(effect)
        error = math.sqrt(own / share + self.variance / (1 - share))
        if self.is_share:
            mean = min(self.mean * (1 + effect), 1)
            both = share * mean + (1 - share) * self.mean
            return math.sqrt(both * (1 - both) / (share * (1 - share))), error
        pooled = share * own + (1 - share) * self.variance
        return (
            math.sqrt(max(own, pooled) / share + max(self.variance, pooled) / (1 - share)),
            error,
        )


def power(
    base: Base, effect: float, units: float, share: float, significance: float
) -> float:
    """The chance to see a relative effect.

    Args:
        units: in both arms together.
        share: of them, in the arm with the effect.
    """
    assumed, error = base.errors(effect, share)
    if not error:
        return 1.0
    shift = effect * base.mean * math.sqrt(units)
    reach = stats.norm.isf(significance / 2) * assumed
    return float(
        stats.norm.sf((reach - shift) / error) + stats.norm.cdf((-reach - shift) / error)
    )


def units_needed(
    base: Base, effect: float, share: float, significance: float, wanted: float
) -> float:
    """Units of both arms together that see an effect with the power that is wanted."""
    assumed, error = base.errors(effect, share)
    reach = stats.norm.isf(significance / 2) * assumed + stats.norm.ppf(wanted) * error
    return float((reach / (effect * base.mean)) ** 2)
