"""Shapes of requests and answers, as the OpenAPI document shows them."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Identifier = Annotated[
    int | str, Field(description="Whole number or text, as in the release")
]


class Schema(BaseModel):
    """A shape without other members."""

    model_config = ConfigDict(extra="forbid")


class Problem(BaseModel):
    """Every error (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
    request_id: str
    parameter: str | None = Field(default=None, description="Which one is invalid")
    expected: str | None = Field(default=None, description="What it may be")
