"""What the evidence of an experiment says: the one definition of its verdict.

The model int_experiment_decisions and the simulations of the tests both call `decide`. It
works on arrays, so that thousands of experiments are judged at once.
"""

from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import pyarrow

SAMPLE_RATIO_ALARM = 0.01
SHIP = "ship"
WORTH_UNKNOWN = "effect shown, worth unknown"
DOES_NOT_PAY = "effect shown, does not pay"
NO_ADVANTAGE = "effect shown, no advantage shown"
HARM = "harm shown"
NO_EFFECT = "no effect shown"
CANNOT_BE_TOLD = "cannot be told"
# The verdict of each finding. experiment_verdicts words the reason of each.
VERDICTS = {
    "planned": "planned",
    "running": "running",
    "split": "invalid",
    "contamination": "invalid",
    "no holdout": CANNOT_BE_TOLD,
    "events": CANNOT_BE_TOLD,
    "harm": HARM,
    "power": CANNOT_BE_TOLD,
    "interval": CANNOT_BE_TOLD,
    "no effect": NO_EFFECT,
    "loss": DOES_NOT_PAY,
    "advantage": NO_ADVANTAGE,
    "no money": WORTH_UNKNOWN,
    "profit": WORTH_UNKNOWN,
    "none": SHIP,
}
RESULT = pyarrow.schema(
    [(name, pyarrow.string()) for name in ("experiment_id", "finding", "verdict")]
)


@dataclass(frozen=True)
class Evidence:
    """What is known of experiments; single values or arrays of one shape, NaN for unknown.

    Attributes:
        state: planned, running or finished.
        sample_ratio_p_value: of the test of the numbers of units.
        has_holdout: whether some of the treatment pool are not contacted.
        has_control: whether customers picked by chance are contacted too, so that the
            question is one of targeting.
        effect_low, effect_high: interval of what a contact adds per unit of the treatment.
        lift_high: upper end of the interval of that effect relative to the holdout, whose
            own error it counts.
        minimum_effect: the planned effect, relative too.
        power_at_most, power_planned: to see the planned effect.
        advantage_low, advantage_high: interval of that effect less the one of the control.
        cost_per_contact: NaN if it was not stated.
        profit_low, profit_high: interval of the profit of contacting the treatment.
        is_contaminated: whether contacts of others reached the arms unequally.
    """

    state: Any
    sample_ratio_p_value: Any
    has_holdout: Any
    has_control: Any
    effect_low: Any
    effect_high: Any
    lift_high: Any
    minimum_effect: Any
    power_at_most: Any
    power_planned: Any
    advantage_low: Any
    advantage_high: Any
    cost_per_contact: Any
    profit_low: Any
    profit_high: Any
    is_contaminated: Any = False


def decide(evidence: Evidence) -> Any:
    """The finding of each experiment, a key of VERDICTS, as an array of text.

    To ship needs the lower end of three intervals above zero: of the effect of contacting
    the treatment; if there is a control, of that effect less the one of the control; and of
    the profit. The intervals are two-sided: where one of the three is zero in truth, its
    lower end is above zero in half of `significance` of all experiments.

    Power matters only where nothing was found: it cannot undo an effect that was.
    """
    state = np.asarray(evidence.state)
    has_effect = np.asarray(evidence.effect_low) > 0
    findings = [
        (state == "planned", "planned"),
        (state != "finished", "running"),
        (np.asarray(evidence.sample_ratio_p_value) < SAMPLE_RATIO_ALARM, "split"),
        (np.asarray(evidence.is_contaminated, dtype=bool), "contamination"),
        (~np.asarray(evidence.has_holdout, dtype=bool), "no holdout"),
        (np.isnan(evidence.effect_low) | np.isnan(evidence.effect_high), "events"),
        (np.asarray(evidence.effect_high) < 0, "harm"),
        (
            ~has_effect & ~(np.asarray(evidence.power_at_most) >= evidence.power_planned),
            "power",
        ),
        # The planned effect is not excluded.
        (
            ~has_effect & ~(np.asarray(evidence.lift_high) < evidence.minimum_effect),
            "interval",
        ),
        (~has_effect, "no effect"),
        (
            ~np.isnan(evidence.cost_per_contact) & (np.asarray(evidence.profit_high) <= 0),
            "loss",
        ),
        (
            np.asarray(evidence.has_control, dtype=bool)
            & ~(np.asarray(evidence.advantage_low) > 0),
            "advantage",
        ),
        (np.isnan(evidence.cost_per_contact), "no money"),
        (~(np.asarray(evidence.profit_low) > 0), "profit"),
    ]
    conditions, names = zip(*findings, strict=True)
    return np.select(np.broadcast_arrays(*conditions), names, default="none")


def judge(table: pyarrow.Table) -> list[dict[str, str]]:
    """A row of RESULT per row of the table.

    Args:
        table: an experiment_id and the attributes of Evidence; null for unknown.
    """
    columns = {
        field.name: table[field.name].to_numpy(zero_copy_only=False)
        for field in fields(Evidence)
    }
    unknown = {
        name: np.array([np.nan if value is None else value for value in column], float)
        for name, column in columns.items()
        if name != "state"
    }
    found = decide(Evidence(**columns | unknown))
    return [
        {"experiment_id": name, "finding": finding, "verdict": VERDICTS[finding]}
        for name, finding in zip(
            table["experiment_id"].to_pylist(), found.tolist(), strict=True
        )
    ]
