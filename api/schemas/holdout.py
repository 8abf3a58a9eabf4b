"""The global holdout."""

from typing import Literal

from pydantic import Field

from api.schemas import Identifier, Schema


class HoldoutPeriod(Schema):
    """A period of the global holdout."""

    period_from: str
    valid_until: str = Field(description="Its last day")
    is_current: bool = Field(description="Whether the release was made in it")
    holdout_share: float
    period_months: int
    held_out_customers: int | None = Field(
        description="Customers whom no list contains; null after the period"
    )


class HoldoutEffect(Schema):
    """What all campaigns and lists together added against the holdout."""

    period_from: str
    from_on: str
    until_on: str
    span: Literal["month", "period so far"]
    is_complete: bool = Field(
        description="Whether the log reaches the last day; if not, there is no effect yet"
    )
    held_out_customers: int
    contactable_customers: int
    contacted_held_out_customers: int = Field(
        description="Held-out customers who were contacted all the same"
    )
    held_out_conversion_rate: float | None
    contactable_conversion_rate: float | None
    conversion_difference: float | None
    conversion_difference_low: float | None
    conversion_difference_high: float | None
    conversions_added: float | None = Field(
        description="The difference, times the customers who could be contacted"
    )
    conversions_added_low: float | None
    conversions_added_high: float | None
    value_per_purchase: float | None
    held_out_revenue_per_customer: float | None
    contactable_revenue_per_customer: float | None
    revenue_difference: float | None
    revenue_difference_low: float | None
    revenue_difference_high: float | None
    revenue_added: float | None
    revenue_added_low: float | None
    revenue_added_high: float | None


class Holdout(Schema):
    """The global holdout of a release, and its effects."""

    is_on: bool = Field(description="Whether customers are held out now")
    note: str
    valid_until: str | None = Field(description="The last day of the current period")
    held_out_customers: int | None
    periods: list[HoldoutPeriod]
    effects: list[HoldoutEffect]
    release: str


class HeldOutCustomer(Schema):
    """A customer whom no list contains."""

    customer_id: Identifier
    valid_until: str = Field(description="The last day of it")


class HeldOutCustomers(Schema):
    """A page of the held-out customers."""

    customers: list[HeldOutCustomer]
    count: int
    next: str | None = Field(description="`after` of the next page; null after the last")
    release: str
