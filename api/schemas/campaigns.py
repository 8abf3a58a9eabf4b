"""Campaigns."""

from typing import Literal

from pydantic import Field

from api.schemas import Identifier, Schema


class CampaignSummary(Schema):
    """A campaign: its rules, and its size in the release."""

    campaign_id: str
    campaign_name: str
    starts_on: str
    ends_on: str
    audience_size: int = Field(description="Intended customers per product")
    frequency_cap: int | None = Field(
        description="Largest number of contacts per customer in the period"
    )
    holdout_share: float
    cost_per_contact: float
    value_per_conversion: float
    response_days: int | None = Field(
        None, description="Days in which a purchase counts as a response"
    )
    audience_rule: str = Field(description="Who is suitable, in words")
    product_count: int
    suitable_customer_count: int
    reached_customer_count: int
    contact_count: int = Field(description="Contacts still to be made")
    holdout_count: int
    served_count: int = Field(description="Places already filled by earlier exports")
    short_product_count: int
    missing_count: int
    planned_cost: float
    priority: int | None = Field(
        None, description="Place among the campaigns that share their customers, 1 first"
    )
    channel: str | None = Field(None, description="Channel of the contacts")
    required_event: str | None = Field(
        None, description="Event that a customer must have had with the product"
    )


class Campaigns(Schema):
    """The campaigns of a release."""

    campaigns: list[CampaignSummary]
    count: int
    release: str


class Shortfall(Schema):
    """Products with too few customers, by reason."""

    reason: Literal[
        "nobody suits",
        "too few suit",
        "frequency cap",
        "other campaign",
        "channel",
        "test",
    ]
    product_count: int
    missing_count: int


class Concentration(Schema):
    """How much the audiences of different products overlap."""

    measure: str
    value: float | None
    without_campaign: float | None = Field(description="The value for the plain ranking")
    explanation: str


class ContactDay(Schema):
    """A day for which the campaign exported a list, as the release knows it."""

    contacted_on: str
    customer_count: int
    contact_count: int
    holdout_count: int
    cost: float | None


class Campaign(CampaignSummary):
    """A campaign, its earlier lists, its shortfalls, and how concentrated it is."""

    quiet_weekdays: list[str] = Field(
        description="Weekdays on which its channel contacts no customer"
    )
    contact_days: list[ContactDay] = Field(
        description="Days of its earlier lists, the newest first"
    )
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
    purchase_probability: float | None = Field(
        description="Share of customers like this one who buy within the response days"
    )
    incremental_probability: float | None = Field(
        description="What contacts of the campaign add to it; null if not measured"
    )
    expected_profit: float | None = Field(
        description="What this contact is expected to earn, its cost deducted"
    )
    explanation: str
    ranking: str | None = Field(
        description="The ranking that gave the place: the one that serves, or one that is"
        " tried; null in a release of an earlier version"
    )


class CampaignAudience(Schema):
    """A page of the audiences of a campaign."""

    campaign_id: str
    audience: list[Contact]
    count: int
    next: str | None = Field(description="`after` of the next page; null after the last")
    release: str


class PlannedSize(Schema):
    """The cost of an audience size, and what has to come of it."""

    audience_size: int
    is_best: bool
    basis: Literal["experiment", "break-even"] = Field(
        description="Whether the effect was measured; if not, effect to profit are null"
    )
    explanation: str = Field(
        description="For whom the effect was measured, or why there is none"
    )
    response_days: int = Field(description="Days in which a purchase counts")
    measured_from: str
    measured_to: str
    base_rate: float = Field(description="Share of all suitable customers that buy anyway")
    base_rate_low: float
    base_rate_high: float
    response_rate: float = Field(
        description="Share of the customers of this size that buy anyway"
    )
    response_rate_low: float
    response_rate_high: float
    cumulative_gain: float | None
    contacts_per_customer: float
    break_even_effect: float | None = Field(
        description="Additional purchases per contacted customer that pay for the contacts"
    )
    experiment_id: str | None
    effect: float | None = Field(
        description="Additional purchases per contacted customer, as measured"
    )
    effect_low: float | None
    effect_high: float | None
    conversions: float | None = Field(description="Additional purchases")
    cost: float
    revenue: float | None
    profit: float | None
    profit_low: float | None
    profit_high: float | None
    return_on_investment: float | None
    cost_per_conversion: float | None


class CampaignPlan(Schema):
    """What a campaign costs, and what has to come of it, by audience size."""

    campaign_id: str
    cost_per_contact: float
    value_per_conversion: float
    best_audience_size: int | None
    note: str | None
    sizes: list[PlannedSize]
    release: str
