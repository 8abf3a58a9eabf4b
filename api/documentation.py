"""The OpenAPI document, made from the routes and the shapes that they declare."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema
from sanic import Sanic

from api import schemas
from api.answers import VERSION

READING = ("GET", "HEAD")
REF = "#/components/schemas/{model}"
PROBLEMS = {
    304: "Nothing has changed since the entity tag that was sent",
    400: "The request cannot be read",
    401: "No valid API key",
    404: "Not in the release",
    413: "The request is too large",
    422: "A parameter cannot be meant",
    429: "Too many requests with this key",
    503: "No release is served, or the query took too long",
}
Handler = TypeVar("Handler", bound=Callable[..., Any])


@dataclass(frozen=True)
class Parameter:
    """A parameter of the path or the query."""

    name: str
    schema: dict[str, Any]
    meaning: str
    place: str = "query"


@dataclass(frozen=True)
class Operation:
    """What a route does.

    Attributes:
        answer: the shape of the answer, or content types for one that is no JSON.
        body: the shape of the request's body.
        problems: statuses other than 200.
        is_open: whether it answers without a key.
        is_page: whether it is for people, and not in the document.
        more: shapes of answers with other statuses that are no problems.
    """

    summary: str
    answer: type[BaseModel] | tuple[str, ...]
    example: Any = None
    parameters: tuple[Parameter, ...] = ()
    body: type[BaseModel] | None = None
    body_example: Any = None
    problems: tuple[int, ...] = ()
    is_open: bool = False
    is_page: bool = False
    more: dict[int, type[BaseModel]] = field(default_factory=dict)


def documented(operation: Operation) -> Callable[[Handler], Handler]:
    """Say of a handler what it does."""

    def mark(handler: Handler) -> Handler:
        handler.operation = operation  # type: ignore[attr-defined]
        return handler

    return mark


IDENTIFIER = {"anyOf": [{"type": "integer"}, {"type": "string"}]}
PRODUCT_ID = Parameter(
    "product_id", IDENTIFIER, "The product, as the log names it.", place="path"
)
CUSTOMER_ID = Parameter(
    "customer_id", IDENTIFIER, "The customer, as the log names it.", place="path"
)


def number_parameter(
    name: str, default: int, low: int, high: int, meaning: str
) -> Parameter:
    """A whole number of the query."""
    schema = {"type": "integer", "default": default, "minimum": low, "maximum": high}
    return Parameter(name, schema, meaning)


def openapi(app: Sanic[Any, Any], *, has_keys: bool) -> dict[str, Any]:
    """The OpenAPI document of an application."""
    paths: dict[str, dict[str, Any]] = {}
    used: set[type[BaseModel]] = {schemas.Problem}
    for route in app.router.routes:
        operation = getattr(route.handler, "operation", None)
        if operation is None or operation.is_page:
            continue
        path = "/" + re.sub(r"<(\w+)(:[^>]*)?>", r"{\1}", route.path)
        used |= {
            model
            for model in (operation.answer, operation.body, *operation.more.values())
            if isinstance(model, type)
        }
        for method in route.methods - {"HEAD", "OPTIONS"}:
            group, name = route.name.split(".")[-2:]
            paths.setdefault(path, {})[method.lower()] = {
                "tags": [group],
                "operationId": name,
                **_operation(operation, has_keys=has_keys),
            }
    _, definitions = models_json_schema(
        [
            (model, "serialization")
            for model in sorted(used, key=lambda model: model.__name__)
        ],
        ref_template=REF,
    )
    components: dict[str, Any] = {"schemas": nullable(definitions["$defs"])}
    if has_keys:
        components["securitySchemes"] = {
            "key": {"type": "apiKey", "in": "header", "name": "X-API-Key"}
        }
    return {
        "openapi": "3.0.3",  # What Swagger UI 4 renders.
        "info": {
            "title": "Product Audience",
            "version": VERSION,
            "description": "Whom to contact about a product. Every answer names the release"
            " that it is from; errors are problem details (RFC 9457).",
        },
        "paths": dict(sorted(paths.items())),
        "components": components,
    }


def nullable(schema: Any) -> Any:
    """A JSON schema with null as OpenAPI 3.0 has it: not a type, but an attribute."""
    if isinstance(schema, list):
        return [nullable(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    found = {name: nullable(part) for name, part in schema.items()}
    choices = found.get("anyOf", [])
    if {"type": "null"} in choices:
        del found["anyOf"]
        (other,) = (choice for choice in choices if choice != {"type": "null"})
        found |= other | {"nullable": True}
    return found


def _operation(operation: Operation, *, has_keys: bool) -> dict[str, Any]:
    content: dict[str, Any]
    if isinstance(operation.answer, tuple):
        content = {kind: {"schema": {"type": "string"}} for kind in operation.answer}
    else:
        content = {"application/json": _media(operation.answer, operation.example)}
    responses: dict[str, Any] = {"200": {"description": "The answer", "content": content}}
    for status in operation.problems + (
        () if operation.is_open or not has_keys else (401, 429)
    ):
        responses[str(status)] = {"description": PROBLEMS[status]}
        if status != 304:
            responses[str(status)]["content"] = {
                "application/problem+json": _media(schemas.Problem, None)
            }
    for status, model in operation.more.items():
        responses[str(status)] = {
            "description": PROBLEMS[status],
            "content": {"application/json": _media(model, None)},
        }
    described: dict[str, Any] = {
        "summary": operation.summary,
        "responses": responses,
    }
    if operation.parameters:
        described["parameters"] = [
            {
                "name": parameter.name,
                "in": parameter.place,
                "required": parameter.place == "path",
                "description": parameter.meaning,
                "schema": parameter.schema,
            }
            for parameter in operation.parameters
        ]
    if operation.body:
        described["requestBody"] = {
            "required": True,
            "content": {"application/json": _media(operation.body, operation.body_example)},
        }
    if has_keys and not operation.is_open:
        described["security"] = [{"key": []}]
    return described


def _media(model: type[BaseModel], example: Any) -> dict[str, Any]:
    media: dict[str, Any] = {"schema": {"$ref": REF.format(model=model.__name__)}}
    if example is not None:
        media["example"] = example
    return media
