"""Simulated experiments on conversion, as the evidence that `decide` judges."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import stats

from scripts.statistics.experiment_decisions import Evidence
from scripts.statistics.share_intervals import difference, share


@dataclass(frozen=True)
class Money:
    """What a contact costs and a conversion is worth; NaN if not stated."""

    cost: float = np.nan
    value: float = np.nan


def evidence_of(
    hits: Any,
    units: tuple[int, ...],
    money: Money = Money(),
    minimum_effect: float = 0.5,
    significance: float = 0.05,
) -> Evidence:
    """The evidence of finished experiments out of their counts.

    Args:
        hits: conversions in treatment, its holdout, control and its holdout: numbers, or
            arrays of one shape.
        units: of the same arms; control and its holdout may be absent.
    """
    arms = [share(hit, unit, significance) for hit, unit in zip(hits, units, strict=True)]
    effect = difference(*arms[:2])
    advantage = None
    if len(arms) > 2:
        advantage = difference(effect, difference(*arms[2:]))
    unknown = np.full(np.shape(effect.value), np.nan)
    return Evidence(
        state="finished",
        sample_ratio_p_value=np.nan,
        has_holdout=True,
        has_control=advantage is not None,
        effect_low=effect.low,
        effect_high=effect.high,
        lift_high=lift_high(hits[0], hits[1], units, significance),
        minimum_effect=minimum_effect,
        power_at_most=1.0,
        power_planned=0.8,
        advantage_low=unknown if advantage is None else advantage.low,
        advantage_high=unknown if advantage is None else advantage.high,
        cost_per_contact=money.cost,
        profit_low=effect.low * money.value - money.cost,
        profit_high=effect.high * money.value - money.cost,
    )


def lift_high(contacted: Any, held_out: Any, units: tuple[int, ...], level: float) -> Any:
    """Upper end of the interval of a lift (Katz 1978); NaN where an arm has no hit."""
    hits = [np.asarray(one, float) for one in (contacted, held_out)]
    with np.errstate(divide="ignore", invalid="ignore"):
        rates = [hit / unit for hit, unit in zip(hits, units, strict=False)]
        error = np.sqrt(
            sum((1 - rate) / hit for rate, hit in zip(rates, hits, strict=True))
        )
        high = rates[0] / rates[1] * np.exp(stats.norm.ppf(1 - level / 2) * error) - 1
    return np.where((hits[0] > 0) & (hits[1] > 0), high, np.nan)[()]


def simulate_hits(
    seed: int, trials: int, rates: tuple[float, ...], units: tuple[int, ...]
) -> list[np.ndarray]:
    """Conversions of each arm in many experiments."""
    generator = np.random.default_rng(seed)
    return [
        generator.binomial(unit, rate, trials)
        for unit, rate in zip(units, rates, strict=True)
    ]
