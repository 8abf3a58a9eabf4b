"""What is served, and whether it is well."""

from pydantic import Field

from api.schemas import Schema


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
