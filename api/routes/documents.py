"""The OpenAPI document, and a page that renders it without internet access."""

from pathlib import Path

import swagger_ui_bundle
from sanic import Blueprint, Request
from sanic.exceptions import NotFound
from sanic.response import HTTPResponse, file

from api.documentation import READING, Operation, documented, openapi
from api.responses import PAGE_POLICY, as_json

PAGES = Path(__file__).parent.parent / "pages"
# The package with the files of Swagger UI; its page is not used.
SWAGGER_UI = next(Path(swagger_ui_bundle.__file__).parent.glob("vendor/swagger-ui-*"))
ASSETS = {
    "swagger-ui.css": (SWAGGER_UI, "text/css; charset=utf-8"),
    "swagger-ui-bundle.js": (SWAGGER_UI, "text/javascript; charset=utf-8"),
    "docs.js": (PAGES, "text/javascript; charset=utf-8"),
}
PAGE = (PAGES / "docs.html").read_bytes()

documents = Blueprint("documents")


@documents.route("/openapi.json", methods=READING)
@documented(
    Operation(
        summary="This document",
        response=("application/json",),
        example="document.json",
        is_open=True,
    )
)
async def openapi_document(request: Request) -> HTTPResponse:
    """The OpenAPI document."""
    context = request.app.ctx
    # Written once: it takes longer than most queries, and all other requests would wait.
    if not hasattr(context, "openapi"):
        context.openapi = as_json(
            openapi(request.app, has_keys=bool(context.settings.keys))
        )
    return HTTPResponse(context.openapi, content_type="application/json")


@documents.route("/docs", methods=READING)
@documented(
    Operation(
        summary="This document as a page",
        response=("text/html",),
        is_open=True,
        is_listed=False,
    )
)
async def docs(request: Request) -> HTTPResponse:  # noqa: ARG001
    """The page."""
    return HTTPResponse(
        PAGE,
        headers={
            "content-security-policy": PAGE_POLICY,
            "referrer-policy": "no-referrer",
        },
        content_type="text/html; charset=utf-8",
    )


@documents.route("/docs/assets/<asset:str>", methods=READING)
@documented(
    Operation(
        summary="Styles and scripts of the page",
        response=("text/css", "text/javascript"),
        is_open=True,
        is_listed=False,
    )
)
async def docs_asset(request: Request, asset: str) -> HTTPResponse:  # noqa: ARG001
    """A file of the page, or of the installed Swagger UI."""
    if asset not in ASSETS:
        raise NotFound
    folder, mime_type = ASSETS[asset]
    return await file(
        folder / asset,
        mime_type=mime_type,
        max_age=86_400,
        validate_when_requested=False,
    )
