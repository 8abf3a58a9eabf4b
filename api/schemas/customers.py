"""Customers."""

from pydantic import Field

from api.schemas import Identifier, Schema


class Feature(Schema):
    """A feature of the engagement score of a customer."""

    label: str = Field(description="Its name for readers")
    value: float
    normalized: float
    contribution: float
    weight: float | None = Field(
        description="Its weight in the score; null in an earlier release"
    )
    variance_share: float | None = Field(
        description="Its share of the variance of the score, over all customers"
    )
    top_tenth_share: float | None = Field(
        description="Its share of the lead of the top tenth of the customers"
    )


class Customer(Schema):
    """A customer's engagement: features, their contributions, score and rank."""

    customer_id: Identifier
    engagement_score: float
    engagement_rank: int
    ranking: str = Field(description="The ranking of customers that serves")
    rank: int = Field(description="By this ranking; held-out customers come last")
    customers: int = Field(description="Number of ranked customers")
    first_interaction_at: str
    last_interaction_at: str
    held_out_until: str | None = Field(
        description="The last day on which the global holdout keeps the customer out of all"
        " lists; null if the customer is in lists"
    )
    features: dict[str, Feature]
    release: str


class Membership(Schema):
    """A product whose audience holds the customer."""

    product_id: Identifier
    rank: int


class CustomerProducts(Schema):
    """The audiences that hold a customer, by rank."""

    customer_id: Identifier
    products: list[Membership]
    count: int
    total: int = Field(description="Number of audiences that hold the customer")
    release: str
