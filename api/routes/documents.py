"""The OpenAPI document, and a page that renders it without the internet."""

from pathlib import Path

import swagger_ui_bundle
from sanic import Blueprint, Request
from sanic.exceptions import NotFound
from sanic.response import HTTPResponse, file

from api.answers import as_json
from api.documentation import READING, Operation, documented, openapi

# The package that carries Swagger UI; its own page is not used.
SWAGGER_UI = next(Path(swagger_ui_bundle.__file__).parent.glob("vendor/swagger-ui-*"))
ASSETS = {
    "swagger-ui.css": "text/css; charset=utf-8",
    "swagger-ui-bundle.js": "text/javascript; charset=utf-8",
}
PAGE = (Path(__file__).parent.parent / "pages" / "docs.html").read_bytes()
START = (Path(__file__).parent.parent / "pages" / "docs.js").read_bytes()
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline';"
    " img-src 'self' data:; connect-src 'self'; frame-ancestors 'none'"
)

documents = Blueprint("documents")


@documents.route("/openapi.json", methods=READING)
@documented(Operation(summary="This document", answer=("application/json",), is_open=True))
async def openapi_document(request: Request) -> HTTPResponse:
    """The OpenAPI document."""
    has_keys = bool(request.app.ctx.settings.api_keys)
    document = openapi(request.app, has_keys=has_keys)
    return HTTPResponse(as_json(document), content_type="application/json")


@documents.route("/docs", methods=READING)
@documented(
    Operation(
        summary="This document as a page",
        answer=("text/html",),
        is_open=True,
        is_page=True,
    )
)
async def docs(request: Request) -> HTTPResponse:  # noqa: ARG001
    """The page."""
    return HTTPResponse(
        PAGE,
        headers={
            "content-security-policy": CONTENT_SECURITY_POLICY,
            "referrer-policy": "no-referrer",
        },
        content_type="text/html; charset=utf-8",
    )


@documents.route("/docs/assets/start.js", methods=READING)
@documented(
    Operation(
        summary="Script of the page",
        answer=("text/javascript",),
        is_open=True,
        is_page=True,
    )
)
async def docs_start(request: Request) -> HTTPResponse:  # noqa: ARG001
    """What the page runs."""
    return HTTPResponse(START, content_type="text/javascript; charset=utf-8")


@documents.route("/docs/assets/<asset:str>", methods=READING)
@documented(
    Operation(
        summary="Swagger UI",
        answer=("text/css", "text/javascript"),
        is_open=True,
        is_page=True,
    )
)
async def docs_asset(request: Request, asset: str) -> HTTPResponse:  # noqa: ARG001
    """A file of the installed Swagger UI."""
    if asset not in ASSETS:
        raise NotFound
    return await file(
        SWAGGER_UI / asset,
        mime_type=ASSETS[asset],
        max_age=86_400,
        validate_when_requested=False,
    )
