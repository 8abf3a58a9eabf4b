"""How well the rankings do, measured on what customers did after the split."""

from typing import Literal

from pydantic import Field

from api.schemas import Schema
from api.schemas.rankings import Kind

Outcome = Literal["interaction", "purchased"]


class Conclusion(Schema):
    """A conclusion from the evidence, as a sentence."""

    statement_number: int
    topic: str
    statement: str


class AlsVerdict(Schema):
    """Whether the fitted collaborative filter ranks customers well enough to be used."""

    verdict: Literal["viable", "borderline", "not viable"]
    precision_at_10: float
    precision_at_10_low: float
    precision_at_10_high: float
    useful_precision: float
    strongest_other: str
    strongest_other_precision: float
    difference: float
    difference_low: float
    difference_high: float
    explanation: str


class RecommenderMetric(Schema):
    """How well a recommender picks k customers per product."""

    recommender: str
    label: str = Field(description="The name of the recommender for readers")
    population: str
    k: int
    metric: str
    value: float
    value_low: float | None
    value_high: float | None
    ceiling: float = Field(description="The largest value that any recommender could reach")
    evaluated_product_count: int


class RecommenderComparison(Schema):
    """Collaborative filtering compared with another recommender."""

    compared_with: str
    population: str
    k: int
    metric: str
    als_value: float
    compared_value: float
    difference: float
    difference_low: float
    difference_high: float


class TargetingGain(Schema):
    """The responders among the first customers of a ranking."""

    ranking_kind: str
    ranking: str
    label: str = Field(description="The name of the ranking for readers")
    outcome: Outcome
    audience_size: int
    customer_count: int
    contacted_share: float
    responders: float
    response_rate: float
    response_rate_low: float
    response_rate_high: float
    random_response_rate: float
    lift: float | None
    lift_low: float | None
    lift_high: float | None
    cumulative_gain: float | None


class TargetingDecile(Schema):
    """A tenth of the customers by engagement, at a cutoff."""

    origin: int = Field(description="The cutoff, by number")
    is_split: bool = Field(description="Whether the cutoff is the split")
    outcome: Outcome
    decile: int
    customer_count: int
    responders: float
    response_rate: float | None
    response_rate_low: float | None
    response_rate_high: float | None
    lift: float | None


class ScoreTrial(Schema):
    """Another score compared with the score in use."""

    ranking_kind: str
    ranking: str
    label: str = Field(description="The name of the score for readers")
    outcome: Outcome
    audience_size: int
    response_rate: float
    engagement_response_rate: float
    difference: float
    difference_low: float
    difference_high: float


class RankingDecision(Schema):
    """A candidate and the ranking that it would replace, compared in hits per place."""

    decision: Kind
    ranking: str
    label: str = Field(description="The name of the ranking for readers")
    compared_with: str
    is_served: bool = Field(description="Whether the evidence chooses the candidate")
    served_ranking: str = Field(description="The ranking that the evidence chooses")
    hit_count: int
    compared_hit_count: int
    difference: float
    difference_low: float
    difference_high: float
    confirming_difference: float = Field(description="The same at the last cutoff")
    confirming_low: float
    confirming_high: float
    reason: str = Field(description="The result in a sentence")


class RankingHits(Schema):
    """What the audiences of a ranking hit in the window after a cutoff."""

    decision: Kind
    origin: int = Field(description="The cutoff, by number")
    ranking: str
    label: str = Field(description="The name of the ranking for readers")
    is_split: bool = Field(description="Whether the cutoff is the last one")
    product_count: int | None
    place_count: int
    customer_count: int
    hit_count: int
    hit_share: float
    hit_share_low: float
    hit_share_high: float
    chance_hit_share: float


class CalibrationBin(Schema):
    """A tenth of the places by probability, and what happened at the last cutoff."""

    audience: Kind
    outcome: Literal["touched", "purchased"]
    bin: int
    place_count: int
    hit_count: int
    probability: float = Field(description="The mean probability")
    hit_share: float
    hit_share_low: float
    hit_share_high: float
    calibration_error: float = Field(description="Of all tenths together")
    brier_score: float


class Evidence(Schema):
    """How well the rankings do."""

    conclusions: list[Conclusion]
    als: AlsVerdict | None = Field(description="Null if none was fitted")
    recommenders: list[RecommenderMetric]
    comparisons: list[RecommenderComparison]
    gains: list[TargetingGain]
    deciles: list[TargetingDecile]
    trials: list[ScoreTrial]
    decisions: list[RankingDecision] = Field(description="Empty in an earlier release")
    hits: list[RankingHits]
    calibration: list[CalibrationBin]
    release: str
