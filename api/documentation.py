"""The OpenAPI document, generated from the routes and their schemas."""

import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema
from sanic import Sanic

from api import schemas
from api.parameters import Parameter
from api.responses import VERSION

READING = ("GET", "HEAD")
# Responses about the generated log, shortened: see scripts/maintenance/api_examples.py.
EXAMPLES = Path(__file__).with_name("examples")
REF = "#/components/schemas/{model}"
STATUSES = {
    303: "Redirects a browser to the pages",
    304: "The response has not changed since the entity tag in the request",
    400: "The request cannot be read",
    401: "No valid API key",
    404: "Not in the release",
    405: "The path has other methods",
    408: "The request did not arrive in time",
    413: "The request is too large",
    421: "The server does not answer to the name in `Host`",
    422: "A parameter is invalid",
    429: "Too many requests with this key",
    500: "An unexpected error",
    503: "No release is served, the query took too long, or too many requests at once",
    505: "HTTP/1.0, which cannot stream in chunks",
}
# Of every operation; the last two if the API asks for keys.
COMMON_PROBLEMS = (400, 405, 408, 413, 421, 500)
KEY_PROBLEMS = (401, 429)
HEADERS = {
    "ETag": "Stands for release and query; send it back as If-None-Match",
    "Location": "The address of the pages",
    "Retry-After": "Seconds to wait before the next try",
    "X-Cold-Start": "`true` if the product is unknown",
    "X-Ids-Like-Formulas": "Of CSV: `true` if a spreadsheet would compute some of the ids",
    "X-Release": "The release of the file",
    "X-Request-Id": "The id of the request in the log",
}
STATUS_HEADERS = {
    303: ("Location",),
    304: ("ETag",),
    429: ("Retry-After",),
    503: ("Retry-After",),
}
WITHOUT_BODY = (303, 304)
Handler = TypeVar("Handler", bound=Callable[..., Any])


@dataclass(frozen=True)
class Operation:
    """The description of a route.

    Attributes:
        response: the schema of the response, or its content types if it is not JSON.
        files: further content types of the same response.
        example: a file of `examples/` with a response.
        body: the schema of the request's body.
        problems: statuses other than 200 and the common ones.
        is_open: whether it needs no key.
        is_listed: whether the document lists it.
        headers: of the response, in addition to the common ones.
        more: schemas of responses with other statuses that are not problems.
    """

    summary: str
    response: type[BaseModel] | tuple[str, ...]
    files: tuple[str, ...] = ()
    example: str | None = None
    parameters: tuple[Parameter, ...] = ()
    body: type[BaseModel] | None = None
    body_example: Any = None
    problems: tuple[int, ...] = ()
    is_open: bool = False
    is_listed: bool = True
    headers: tuple[str, ...] = ()
    more: dict[int, type[BaseModel]] = field(default_factory=dict)


def read_example(file_name: str) -> Any:
    """The example of a response: JSON, or the text of another kind of file."""
    text = (EXAMPLES / file_name).read_text(encoding="utf-8")
    return json.loads(text) if file_name.endswith(".json") else text


def documented(operation: Operation) -> Callable[[Handler], Handler]:
    """Attach its description to a handler."""

    def mark(handler: Handler) -> Handler:
        handler.operation = operation  # type: ignore[attr-defined]
        return handler

    return mark


def openapi(app: Sanic[Any, Any], *, has_keys: bool) -> dict[str, Any]:
    """The OpenAPI document of an application."""
    paths: dict[str, dict[str, Any]] = {}
    used: set[type[BaseModel]] = {schemas.Problem}
    for route in app.router.routes:
        operation = getattr(route.handler, "operation", None)
        if operation is None or not operation.is_listed:
            continue
        path = "/" + re.sub(r"<(\w+)(:[^>]*)?>", r"{\1}", route.path)
        used |= {
            model
            for model in (operation.response, operation.body, *operation.more.values())
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
    components: dict[str, Any] = {
        "schemas": nullable(definitions["$defs"]),
        "headers": {
            name: {"description": meaning, "schema": {"type": "string"}}
            | {"required": name != "X-Ids-Like-Formulas"}
            for name, meaning in HEADERS.items()
        },
        "responses": {str(status): _other(status) for status in STATUSES},
    }
    if has_keys:
        components["securitySchemes"] = {
            "key": {"type": "apiKey", "in": "header", "name": "X-API-Key"}
        }
    return {
        "openapi": "3.0.3",  # What Swagger UI 4 renders.
        "info": {
            "title": "Product Audience",
            "version": VERSION,
            "description": "Whom to contact about a product. Every response names its"
            " release; errors are problem details (RFC 9457).",
        },
        "paths": dict(sorted(paths.items())),
        "components": components,
    }


def nullable(schema: Any) -> Any:
    """A JSON schema in OpenAPI 3.0's form, in which null is an attribute and not a type."""
    if isinstance(schema, list):
        return [nullable(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    found = {name: nullable(part) for name, part in schema.items()}
    choices = found.get("anyOf", [])
    if {"type": "null"} in choices:
        del found["anyOf"]
        (other,) = (choice for choice in choices if choice != {"type": "null"})
        # OpenAPI 3.0 ignores all other members next to `$ref`.
        found |= {"allOf": [other]} if "$ref" in other else other
        found["nullable"] = True
    return found


def _operation(operation: Operation, *, has_keys: bool) -> dict[str, Any]:
    example = read_example(operation.example) if operation.example else None
    content: dict[str, Any]
    if isinstance(operation.response, tuple):
        content = {kind: {"schema": {"type": "string"}} for kind in operation.response}
        content[operation.response[0]]["example"] = example
    else:
        content = {"application/json": _media(operation.response, example)}
        content |= {kind: {"schema": {"type": "string"}} for kind in operation.files}
    statuses = COMMON_PROBLEMS + operation.problems
    if has_keys and not operation.is_open:
        statuses += KEY_PROBLEMS
    tags = ("ETag",) if 304 in operation.problems else ()
    responses = {
        "200": {
            "description": "The response",
            "headers": _headers({*tags, *operation.headers}),
            "content": content,
        }
    }
    for status in sorted(set(statuses)):
        responses[str(status)] = {"$ref": f"#/components/responses/{status}"}
    for status, model in operation.more.items():
        responses[str(status)] = {
            "description": STATUSES[status],
            "headers": _headers(()),
            "content": {"application/json": _media(model, None)},
        }
    described: dict[str, Any] = {"summary": operation.summary, "responses": responses}
    if operation.parameters:
        described["parameters"] = [
            {
                "name": parameter.name,
                "in": parameter.place,
                "required": parameter.place == "path",
                "description": parameter.meaning,
                "schema": parameter.schema,
                **({} if parameter.example is None else {"example": parameter.example}),
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


def _other(status: int) -> dict[str, Any]:
    """The response for a status other than 200."""
    response: dict[str, Any] = {
        "description": STATUSES[status],
        "headers": _headers(STATUS_HEADERS.get(status, ())),
    }
    if status not in WITHOUT_BODY:
        response["content"] = {"application/problem+json": _media(schemas.Problem, None)}
    return response


def _headers(names: Iterable[str]) -> dict[str, Any]:
    return {
        name: {"$ref": f"#/components/headers/{name}"}
        for name in sorted({*names, "X-Request-Id"})
    }


def _media(model: type[BaseModel], example: Any) -> dict[str, Any]:
    media: dict[str, Any] = {"schema": {"$ref": REF.format(model=model.__name__)}}
    if example is not None:
        media["example"] = example
    return media
