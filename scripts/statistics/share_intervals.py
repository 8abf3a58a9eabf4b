"""Intervals of shares, of their differences, and of differences of these, on arrays.

Counts and units may be single numbers or arrays of one shape: a verdict takes one
experiment, a simulation thousands at once.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import stats


@dataclass(frozen=True)
class Interval:
    """A value with both ends of its interval.

    Attributes:
        value, low, high: numbers, or arrays of one shape.
    """

    value: Any
    low: Any
    high: Any


def share(hits: Any, units: Any, significance: float) -> Interval:
    """A share, with Wilson's interval (1927).

    Args:
        hits: how many of the units did it.
        units: more than 0.
        significance: 0.05 gives an interval of 95 %.
    """
    reach = stats.norm.isf(significance / 2)
    value = np.asarray(hits) / units
    middle = (value + reach**2 / (2 * units)) / (1 + reach**2 / units)
    half = np.sqrt(value * (1 - value) / units + reach**2 / (4 * units**2))
    half = half * reach / (1 + reach**2 / units)
    return Interval(
        value, np.clip(middle - half, 0, value), np.clip(middle + half, value, 1)
    )


def difference(one: Interval, other: Interval) -> Interval:
    """The difference of two independent values, with an interval out of theirs.

    For shares with Wilson's intervals that is Newcombe's (1998, method 10). For differences
    of shares it is the method of variance estimates recovery (Zou and Donner 2008).
    """
    value = one.value - other.value
    return Interval(
        value,
        value - np.hypot(one.value - one.low, other.high - other.value),
        value + np.hypot(one.high - one.value, other.value - other.low),
    )
