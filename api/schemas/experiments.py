"""Experiments."""

from typing import Literal

from pydantic import Field

from api.schemas import Schema


class ExperimentVerdict(Schema):
    """The verdict of an experiment; its figures are null before its end."""

    experiment_id: str
    experiment_name: str
    verdict: Literal[
        "planned",
        "running",
        "invalid",
        "ship",
        "effect shown, worth unknown",
        "effect shown, does not pay",
        "effect shown, no advantage shown",
        "harm shown",
        "no effect shown",
        "cannot be told",
    ]
    reason: str
    campaign_id: str | None
    starts_on: str
    ends_on: str
    attribution_days: int
    cost_per_contact: float | None
    value_per_conversion: float | None
    unit_count: int
    deciding_comparison: str
    primary_metric: str | None
    mean: float | None
    base_mean: float | None
    difference: float | None
    difference_low: float | None
    difference_high: float | None
    lift: float | None
    p_value_corrected: float | None
    power: float | None
    power_at_most: float | None
    profit: float | None
    profit_low: float | None
    profit_high: float | None
    return_on_investment: float | None
    return_on_investment_low: float | None
    return_on_investment_high: float | None
    sample_ratio_p_value: float | None
    incremental_conversions: float | None
    cost_per_incremental_conversion: float | None
    advantage: float | None
    advantage_low: float | None
    advantage_high: float | None
    profit_per_contact: float | None
    profit_per_contact_low: float | None
    profit_per_contact_high: float | None


class Experiments(Schema):
    """The experiments of a release."""

    experiments: list[ExperimentVerdict]
    count: int
    release: str


class ExperimentArm(Schema):
    """The units of an arm, and the number expected from a random assignment."""

    arm: str
    is_contacted: bool
    unit_count: int
    expected_units: float


class ExperimentResult(Schema):
    """An arm compared with its base arm, in one metric."""

    comparison: str
    metric: str
    is_primary: bool
    unit_count: int
    base_unit_count: int
    mean: float | None
    base_mean: float | None
    difference: float | None
    difference_low: float | None
    difference_high: float | None
    lift: float | None
    lift_low: float | None
    lift_high: float | None
    p_value: float | None
    p_value_corrected: float | None
    adjusted_difference: float | None
    adjusted_difference_low: float | None
    adjusted_difference_high: float | None
    adjusted_p_value: float | None
    power: float | None
    power_at_most: float | None
    needed_units: float | None
    cost: float | None
    conversions: float | None
    cost_per_conversion: float | None
    profit: float | None
    profit_low: float | None
    profit_high: float | None
    return_on_investment: float | None
    return_on_investment_low: float | None
    return_on_investment_high: float | None


class ExperimentContamination(Schema):
    """Units of an arm that got another contact in their attribution window."""

    arm: str
    unit_count: int | None
    contaminated_count: int | None
    contaminated_share: float | None
    difference_low: float | None = Field(
        description="How much the shares of an arm and its holdout differ at least; the"
        " same for all arms"
    )
    is_too_high: bool | None = Field(
        description="Whether the difference makes the experiment invalid"
    )


class Experiment(ExperimentVerdict):
    """The decision card of an experiment."""

    arms: list[ExperimentArm]
    results: list[ExperimentResult]
    contamination: list[ExperimentContamination] = Field(
        description="Empty before the start, and if the units were brought"
    )
    release: str
