"""Products."""

from pydantic import Field

from api.schemas import Identifier, Schema


class ProductSample(Schema):
    """Some products of the release."""

    sample_products: list[Identifier]
    total_available: int
    release: str


class Product(Schema):
    """A product, and its interactions."""

    product_id: Identifier
    product_name: str | None = Field(description="Null if the log has no name for it")
    interaction_count: int
    customer_count: int
    purchased_count: int
    cart_count: int
    rating_count: int
    wishlist_count: int
    search_keyword_count: int
    other_event_count: int
    first_interaction_at: str
    last_interaction_at: str


class FoundProducts(Schema):
    """Products that match a text, the closest match first."""

    products: list[Product]
    count: int
    release: str
