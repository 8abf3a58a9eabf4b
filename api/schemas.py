"""Shapes of requests and answers, as the OpenAPI document shows them."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Identifier = Annotated[
    int | str, Field(description="Whole number or text, as in the release")
]


class Schema(BaseModel):
    """A shape without other members."""

    model_config = ConfigDict(extra="forbid")


class Problem(BaseModel):
    """Every error (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
    request_id: str
    parameter: str | None = Field(default=None, description="Which one is invalid")
    expected: str | None = Field(default=None, description="What it may be")


class Information(Schema):
    """What this is."""

    message: str
    version: str
    endpoints: dict[str, str]


class Health(Schema):
    """Whether the worker that answers serves a release."""

    status: str = Field(description="healthy, degraded or unavailable")
    model_loaded: bool
    products: int
    release_id: str | None
    release_created_at: str | None
    reasons: list[str]


class Readiness(Schema):
    """Whether requests can be sent here."""

    ready: bool
    release_id: str | None


class Recommendation(Schema):
    """A customer to contact."""

    customer_id: Identifier
    score: float
    rank: int


class Audience(Schema):
    """The customers to contact about a product."""

    product_id: Identifier
    recommendations: list[Recommendation]
    count: int
    cold_start: bool
    note: str | None
    release: str


class BatchRequest(Schema):
    """Products to look up."""

    product_ids: list[Identifier] = Field(max_length=1000)
    n: int = Field(default=10, ge=1, le=100)


class Batch(Schema):
    """Audiences in the order of the request."""

    results: list[Audience]
    count: int
    release: str


class ProductSample(Schema):
    """Some products of the release."""

    sample_products: list[Identifier]
    total_available: int
    release: str


class Feature(Schema):
    """A feature of the engagement score of a customer."""

    value: float
    normalized: float
    contribution: float


class Customer(Schema):
    """A customer's engagement: features, their contributions, score and rank."""

    customer_id: Identifier
    engagement_score: float
    engagement_rank: int
    customers: int = Field(description="How many customers are ranked")
    first_interaction_at: str
    last_interaction_at: str
    features: dict[str, Feature]
    release: str


class Membership(Schema):
    """A product in whose audience the customer is."""

    product_id: Identifier
    rank: int


class CustomerProducts(Schema):
    """In whose audiences a customer is, best place first."""

    customer_id: Identifier
    products: list[Membership]
    count: int
    total: int = Field(description="Audiences that hold the customer")
    release: str


class Profile(Schema):
    """The log in figures; shares of nothing are null."""

    interaction_count: int
    customer_count: int
    product_count: int
    sparsity: float
    first_interaction_at: str
    last_interaction_at: str
    as_of_at: str
    split_at: str
    early_customer_count: int
    late_customer_count: int
    returning_customer_count: int
    retention_rate: float | None
    returning_share_of_late: float | None
    early_product_count: int
    late_product_count: int
    new_product_count: int
    new_product_share: float | None
    one_time_customer_count: int
    low_activity_customer_count: int
    power_customer_count: int
    one_time_customer_share: float | None
    low_activity_customer_share: float | None
    power_customer_share: float | None
    mean_interactions_per_customer: float
    median_interactions_per_customer: float


class EventShare(Schema):
    """How often an event occurs."""

    event: str
    event_weight: float
    interaction_count: int
    interaction_share: float


class Retention(Schema):
    """How many customers come back after so many days."""

    retention_days: int
    eligible_customer_count: int
    retained_customer_count: int
    retained_share: float | None


class Check(Schema):
    """A requirement of collaborative filtering."""

    requirement: str
    measured: float | None
    threshold: float
    clearly_viable_from: float | None
    passed: bool
    explanation: str


Viability = Literal["viable", "borderline", "not viable"]


class Verdict(Schema):
    """Whether collaborative filtering can work."""

    verdict: Viability
    basis: Literal["thresholds", "measured comparison"]
    threshold_verdict: Viability
    recommended_approach: str
    passed_count: int
    requirement_count: int
    explanation: str


class Diagnostics(Schema):
    """The log in figures, and whether collaborative filtering can work on it."""

    profile: Profile
    event_mix: list[EventShare]
    retention: list[Retention]
    checks: list[Check]
    verdict: Verdict
    release: str


class LogWindow(Schema):
    """The times of a log; null where it has none."""

    first_interaction_at: str | None
    last_interaction_at: str | None
    as_of_at: str | None


class ReleaseFacts(Schema):
    """The release that is served."""

    release_id: str
    created_at: str
    age_days: float
    input: LogWindow
    row_counts: dict[str, int]
    git_revision: str | None
    products: int
    customers: int


class CampaignSummary(Schema):
    """A campaign: whom it may ask, and what the build made of it."""

    campaign_id: str
    campaign_name: str
    starts_on: str
    ends_on: str
    audience_size: int = Field(description="Customers that each product is to get")
    frequency_cap: int | None = Field(description="Contacts per customer in the period")
    holdout_share: float
    cost_per_contact: float
    value_per_conversion: float
    audience_rule: str = Field(description="Whom it may ask, in words")
    product_count: int
    suitable_customer_count: int
    reached_customer_count: int
    contact_count: int = Field(description="Contacts still to make")
    holdout_count: int
    served_count: int = Field(description="Places that earlier exports have filled")
    short_product_count: int
    missing_count: int
    planned_cost: float


class Campaigns(Schema):
    """The campaigns of a release."""

    campaigns: list[CampaignSummary]
    count: int
    release: str


class Shortfall(Schema):
    """Products that lack customers for the same reason."""

    reason: Literal["nobody suits", "too few suit", "frequency cap"]
    product_count: int
    missing_count: int


class Concentration(Schema):
    """How much the audiences of different products are the same."""

    measure: str
    value: float | None
    without_campaign: float | None = Field(description="The same of the plain ranking")
    explanation: str


class Campaign(CampaignSummary):
    """A campaign, what it lacks, and how concentrated it is."""

    shortfalls: list[Shortfall]
    concentration: list[Concentration]
    release: str


class Contact(Schema):
    """A customer in the audience of a product."""

    product_id: Identifier
    audience_rank: int
    customer_id: Identifier
    engagement_score: float
    arm: Literal["contact", "holdout"]
    explanation: str


class CampaignAudience(Schema):
    """A page of the audiences of a campaign."""

    campaign_id: str
    audience: list[Contact]
    count: int
    next: str | None = Field(description="`after` of the next page; null after the last")
    release: str


class PlannedSize(Schema):
    """What contacting so many costs and returns."""

    audience_size: int
    is_best: bool
    response_rate: float
    response_rate_low: float
    response_rate_high: float
    cumulative_gain: float | None
    conversions: float
    cost: float
    revenue: float
    profit: float
    profit_low: float
    profit_high: float
    return_on_investment: float | None
    cost_per_conversion: float | None


class CampaignPlan(Schema):
    """What a campaign costs and returns, by audience size."""

    campaign_id: str
    cost_per_contact: float
    value_per_conversion: float
    best_audience_size: int | None
    note: str | None
    sizes: list[PlannedSize]
    release: str


class ExperimentVerdict(Schema):
    """What to do in an experiment; figures are null before its end."""

    experiment_id: str
    experiment_name: str
    verdict: Literal["planned", "running", "invalid", "continue", "ship", "stop"]
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
    sample_ratio_p_value: float | None
    incremental_conversions: float | None
    cost_per_incremental_conversion: float | None
    return_on_investment: float | None


class Experiments(Schema):
    """The experiments of a release."""

    experiments: list[ExperimentVerdict]
    count: int
    release: str


class ExperimentArm(Schema):
    """How many units an arm has."""

    arm: str
    unit_count: int


class ExperimentResult(Schema):
    """An arm held against its base, in a metric."""

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
    cost: float | None
    conversions: float | None
    cost_per_conversion: float | None
    return_on_investment: float | None


class Experiment(ExperimentVerdict):
    """The decision card of an experiment."""

    arms: list[ExperimentArm]
    results: list[ExperimentResult]
    release: str
