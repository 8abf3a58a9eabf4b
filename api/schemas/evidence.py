"""How well the rankings do, measured on what customers did after the split."""

from typing import Literal

from pydantic import Field

from api.schemas import Schema

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


class Evidence(Schema):
    """How well the rankings do."""

    conclusions: list[Conclusion]
    als: AlsVerdict | None = Field(description="Null if none was fitted")
    recommenders: list[RecommenderMetric]
    comparisons: list[RecommenderComparison]
    gains: list[TargetingGain]
    deciles: list[TargetingDecile]
    trials: list[ScoreTrial]
    release: str
