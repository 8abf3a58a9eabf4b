"""Rankings: which one serves, and why a customer has a place."""

from typing import Literal

from pydantic import Field

from api.schemas import Identifier, Schema

Kind = Literal["customers", "known products", "new products"]


class ServedRanking(Schema):
    """The ranking that serves a kind of audience."""

    audience: Kind = Field(
        description="`customers`: the order of all customers, for unknown products and"
        " beyond the stored lists; `known products` and `new products`: their stored lists"
    )
    ranking: str
    label: str = Field(description="Its name for readers")
    description: str | None = Field(
        description="What it orders customers by; null in an earlier release"
    )
    reason: str = Field(description="Why it serves, in a sentence")


class ServedRankings(Schema):
    """The ranking that serves each kind of audience."""

    served: list[ServedRanking]
    release: str


class Part(Schema):
    """A part of a score."""

    part: str
    label: str = Field(description="Its name for readers")
    value: float


class Explanation(Schema):
    """Why a customer has a place in the audience of a product."""

    product_id: Identifier
    customer_id: Identifier
    place: Literal["listed", "beyond the list", "excluded", "cold start"] = Field(
        description="`listed`: among the stored customers; `beyond the list`: after them;"
        " `excluded`: in no audience of the product;"
        " `cold start`: the product is unknown"
    )
    rank: int | None = Field(description="Null for an excluded customer")
    ranking: str
    label: str = Field(description="The name of the ranking for readers")
    score: float | None = Field(
        description="By this ranking; null where its signal has ended and activity goes on"
    )
    parts: list[Part] = Field(description="They add up to the score")
    signals: list[str] = Field(description="What speaks for the customer, in words")
    product_count: int = Field(description="Products that the customer touched")
    attribute_count: int | None = Field(
        description="Those with the attribute that they share most with the product; null"
        " where attributes did not decide the place, as with activity"
    )
    neighbour_count: int | None = Field(
        description="Those that customers of the product touch too; null where"
        " neighbouring products did not decide the place"
    )
    last_interaction_at: str
    probability: float | None = Field(
        description="That the customer touches the product in the next window, as long as"
        " those of the evidence; null if unknown"
    )
    purchase_probability: float | None = Field(description="The same for a purchase")
    release: str
