"""Releases."""

from typing import Literal

from pydantic import Field

from api.schemas import Identifier, Schema


class LogWindow(Schema):
    """The times of a log; null where it has none."""

    first_interaction_at: str | None
    last_interaction_at: str | None
    as_of_at: str | None


class ReleaseFacts(Schema):
    """The release that is served."""

    release_id: str
    created_at: str
    served_since: str = Field(description="When the pointer came to name it")
    age_days: float
    input: LogWindow
    row_counts: dict[str, int]
    git_revision: str | None
    products: int
    customers: int


class RowCount(Schema):
    """How many rows a table has, and had in the release before."""

    table: str
    row_count: int
    earlier_row_count: int | None


class RankingChange(Schema):
    """A customer who is among the first of the ranking, or was before."""

    customer_id: Identifier
    change: Literal["entered", "stayed", "left"]
    engagement_rank: int
    earlier_rank: int | None = Field(description="Null for one who entered")


class ReleaseChanges(Schema):
    """What is different from the release that was served before."""

    release: str
    created_at: str
    earlier_release: str | None
    earlier_created_at: str | None
    row_counts: list[RowCount]
    entered_count: int
    stayed_count: int
    left_count: int = Field(description="Who are still ranked, further down")
    gone_count: int = Field(description="Who are no longer in the release at all")
    ranking: list[RankingChange]
