"""How the volume of a synthetic marketplace changes in time.

Visits are drawn in days of mean volume. The clock turns such a moment into a second of the
log: more of these days pass on a busy day and in the evening, so that one curve shapes
arrivals and returns alike.
"""

import datetime

import numpy as np
from numpy.typing import NDArray

FIRST_DATE = "2022-10-01"
DAYS = 182

# Monday to Sunday: most visits happen on weekends.
WEEKDAYS = (0.93, 0.90, 0.91, 0.95, 1.00, 1.14, 1.17)
# The peak lies before Christmas.
SEASON = 0.08
PEAK_DAY = 75
GROWTH = 0.25
# Spread of a day's volume around the curve, beyond chance.
NOISE = 0.03


def day_volumes(seed: int) -> NDArray[np.float64]:
    """Volume of each of the log's days, of mean 1; shape (182,)."""
    days = np.arange(DAYS)
    first = datetime.date.fromisoformat(FIRST_DATE).weekday()
    volumes = (
        np.array(WEEKDAYS)[(first + days) % 7]
        * (1 + SEASON * np.cos(2 * np.pi * (days - PEAK_DAY) / 365))
        * (1 + GROWTH * days / DAYS)
        * np.exp(NOISE * np.random.default_rng([seed, 18]).normal(size=DAYS))
    )
    scaled: NDArray[np.float64] = volumes / volumes.mean()
    return scaled


def clock(seed: int) -> NDArray[np.float64]:
    """Seconds of the log at the moments 0, 1/24, 2/24, ... 182; shape (182 * 24 + 1,)."""
    hours = (np.arange(24) + 0.5) / 24
    # Few visits at night, most in the evening.
    volumes = np.outer(
        day_volumes(seed), 1 + 0.7 * np.cos(2 * np.pi * (hours - 0.8))
    ).ravel()
    # The last visit begins early enough to end within the log.
    reached = np.concatenate([[0], np.cumsum(volumes[:-1])])
    moments = np.linspace(0, reached[-1], DAYS * 24 + 1)
    seconds: NDArray[np.float64] = np.interp(
        moments, reached, np.arange(len(reached)) * 3600.0
    )
    return seconds


def moment_of(second: float, seconds: NDArray[np.float64]) -> float:
    """The moment (days of mean volume) of a second of the log."""
    return float(np.interp(second, seconds, np.arange(len(seconds)) / 24))
