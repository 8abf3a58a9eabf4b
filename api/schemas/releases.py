"""Releases."""

from typing import Literal

from pydantic import Field

from api.schemas import Identifier, Schema


class LogWindow(Schema):
    """The times of a log; null if it has none."""

    first_interaction_at: str | None
    last_interaction_at: str | None
    as_of_at: str | None


class ReleaseFacts(Schema):
    """The served release."""

    release_id: str
    created_at: str
    served_since: str = Field(description="When the pointer was set to it")
    age_days: float
    input: LogWindow
    row_counts: dict[str, int]
    git_revision: str | None
    products: int
    customers: int


class RowCount(Schema):
    """The rows of a table, now and in the previous release."""

    table: str
    row_count: int
    earlier_row_count: int | None


class RankingChange(Schema):
    """A customer in the top ranks, now or in the previous release."""

    customer_id: Identifier
    change: Literal["entered", "stayed", "left"]
    rank: int = Field(description="By the ranking of customers that serves")
    engagement_rank: int = Field(description="The same number, under its earlier name")
    earlier_rank: int | None = Field(description="Null for a customer who entered")


class ReleaseChanges(Schema):
    """Changes since the previous release."""

    release: str
    created_at: str
    earlier_release: str | None
    earlier_created_at: str | None
    row_counts: list[RowCount]
    entered_count: int
    stayed_count: int
    left_count: int = Field(description="Customers still ranked, further down")
    gone_count: int = Field(description="Customers no longer in the release")
    ranking: list[RankingChange]
