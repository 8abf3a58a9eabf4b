"""Schemas of requests and responses, as the OpenAPI document shows them."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Identifier = Annotated[
    int | str, Field(description="A whole number or text, as in the release")
]


class Schema(BaseModel):
    """A schema that forbids other members."""

    model_config = ConfigDict(extra="forbid")


class Problem(BaseModel):
    """Every error (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
    request_id: str
    parameter: str | None = Field(default=None, description="The invalid parameter")
    expected: str | None = Field(default=None, description="Its valid values")
