"""The checks of a decision card: what was not tested is not called passed."""

from typing import Any

from scripts.experiments.decision_card import checks

DESIGN = {"power": 0.8, "minimum_effect": 0.5}
GOOD = {"sample_ratio_p_value": 0.4, "power": 0.85, "power_at_most": 0.9}


def marks(
    is_contaminated: bool | None = False, low: float | None = -0.02, **figures: float | None
) -> list[str]:
    verdict: dict[str, Any] = GOOD | figures
    lines = checks(verdict, DESIGN, is_contaminated, low)
    return [line.split("  ")[0].strip() for line in lines]


def test_each_check_passes_or_fails_by_itself() -> None:
    assert marks() == ["passed", "passed", "passed"]
    assert marks(sample_ratio_p_value=0.009) == ["FAILED", "passed", "passed"]
    assert marks(True, 0.06) == ["passed", "FAILED", "passed"]
    assert marks(power_at_most=0.79) == ["passed", "passed", "FAILED"]


def test_a_figure_that_is_not_known_is_not_tested() -> None:
    unknown = marks(None, None, sample_ratio_p_value=None, power=None, power_at_most=None)
    assert unknown == ["not tested", "not tested", "not tested"]
    # Without a holdout no shares are compared, though the contacts are counted.
    assert marks(False, None)[1] == "not tested"


def test_the_least_difference_of_shares_is_not_below_zero() -> None:
    (_, line, _) = checks(GOOD, DESIGN, False, -0.02)
    assert "differ by at least 0.0%" in line
    (_, line, _) = checks(GOOD, DESIGN, None, None)
    assert "differ" not in line
