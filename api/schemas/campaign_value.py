"""What the contacts of a campaign are worth."""

from typing import Literal

from pydantic import Field

from api.schemas import Schema


class CustomerClass(Schema):
    """Customers of a campaign who are alike in score and history."""

    score_class: Literal[
        "first", "first, 1st third", "first, 2nd third", "first, 3rd third", "other"
    ] = Field(
        description="`first`: as many as the campaign needs; or as its experiment measured,"
        " in thirds by rank"
    )
    history_class: str
    customer_count: int
    purchase_probability: float | None = Field(
        description="Probability of a purchase in the response window, as in the past"
    )
    purchase_probability_low: float | None
    purchase_probability_high: float | None
    measured_customers: int | None
    checked_customers: int | None = Field(
        description="Customers of the last window, which took no part in the probability"
    )
    checked_rate: float | None = Field(description="Share of them who bought")
    checked_rate_low: float | None
    checked_rate_high: float | None
    experiment_id: str | None
    contacted_units: int | None
    held_out_units: int | None
    incremental_probability: float | None = Field(
        description="What a contact adds to the probability; null if it was not measured"
    )
    incremental_probability_low: float | None
    incremental_probability_high: float | None
    expected_profit: float | None = Field(
        description="Value of what the first contact adds, less its cost"
    )
    expected_profit_low: float | None
    expected_profit_high: float | None


class FrontierPoint(Schema):
    """A choice of cap and number of products, and what could be expected of it."""

    point_number: int
    frequency_cap: int | None = Field(description="null: no limit")
    product_count: int
    is_current: bool
    is_efficient: bool = Field(description="No other choice is better in every respect")
    contact_count: int
    reached_customer_count: int
    product_coverage: float
    expected_purchases_anyway: float | None
    expected_purchases_added: float | None
    cost: float
    expected_revenue_added: float | None
    expected_profit: float | None


class Attribution(Schema):
    """What followed the contacts of a campaign, and what they caused."""

    first_contact_on: str
    last_contact_on: str
    contacted_customers: int
    contact_count: int
    cost: float | None
    last_touch_purchases: float
    last_touch_revenue: float | None
    position_purchases: float
    position_revenue: float | None
    measured_customers: int | None
    held_out_customers: int | None
    contacted_rate: float | None
    held_out_rate: float | None
    effect: float | None = Field(
        description="Purchasing customers per contacted one that the contacts caused"
    )
    effect_low: float | None
    effect_high: float | None
    buyers_added: float | None
    buyers_added_low: float | None
    buyers_added_high: float | None
    explanation: str


class RankingResponses(Schema):
    """What a ranking that placed customers has brought."""

    ranking: str
    contacted_customers: int
    responses: int
    response_rate: float
    weighted_rate: float = Field(
        description="The rate if the ranking filled all places of the campaign"
    )
    weighted_rate_low: float
    weighted_rate_high: float


class CampaignValue(Schema):
    """Expected values, other choices, and what the contacts added."""

    campaign_id: str
    note: str
    classes: list[CustomerClass]
    frontier: list[FrontierPoint]
    attribution: Attribution | None = Field(description="null before the first contact")
    rankings: list[RankingResponses] = Field(
        description="Rankings whose customers were contacted, once their windows have ended"
    )
    release: str
