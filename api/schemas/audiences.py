"""Whom to contact about a product."""

from pydantic import Field

from api.schemas import Identifier, Schema


class Recommendation(Schema):
    """A customer to contact."""

    customer_id: Identifier
    score: float | None = Field(
        description="By the ranking of the audience; null where its signal has ended, and"
        " customers follow by activity"
    )
    probability: float | None = Field(
        default=None,
        description="That the customer touches the product in the next window, as long as"
        " those of the evidence; null if unknown, and after the stored list; missing in an"
        " earlier release",
    )
    rank: int


class Audience(Schema):
    """The customers to contact about a product."""

    product_id: Identifier
    recommendations: list[Recommendation]
    count: int
    cold_start: bool
    note: str | None
    ranking: str = Field(description="The ranking of the customers: see `/rankings`")
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


class Overlap(Schema):
    """The customers in the audiences of two products."""

    product_id: Identifier
    other_product_id: Identifier
    n: int = Field(description="Customers compared of each audience")
    count: int = Field(description="Customers in both")
    share: float | None = Field(
        description="Share of the larger audience; null if both are empty"
    )
    customer_ids: list[Identifier] = Field(description="In the order of the first audience")
    release: str
