"""The service itself."""

from pydantic import Field

from api.schemas import Schema


class Information(Schema):
    """Name, version and endpoints."""

    message: str
    version: str
    endpoints: dict[str, str]


class Health(Schema):
    """Health of the worker that answers."""

    status: str = Field(description="healthy, degraded or unavailable")
    model_loaded: bool
    products: int
    release_id: str | None
    release_created_at: str | None
    reasons: list[str]


class Readiness(Schema):
    """Whether the worker accepts requests."""

    ready: bool
    release_id: str | None
