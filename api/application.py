"""The application: settings in, a Sanic app out. Nothing is global."""

import asyncio
import contextlib
from typing import Any

from sanic import HTTPResponse, Request, Sanic
from sanic.exceptions import BadRequest, RequestCancelled, SanicException
from sanic.log import error_logger as log

from api.authentication import Authenticator
from api.connections import Connections
from api.export_places import ExportPlaces
from api.export_responses import ExportResponse
from api.hosts import AllowedHosts
from api.problems import Problem
from api.protocol import CheckedRequest
from api.query_gates import Gate
from api.rate_limit import RateLimit
from api.responses import SECURITY_HEADERS, ReleaseResponse
from api.routes import BLUEPRINTS
from api.serving import Serving
from api.settings import Settings
from api.telemetry import Telemetry
from api.unsent_bytes import UnsentBytes

CLIENT_LEFT = 499  # As nginx has it in its log.
LARGEST_BODY = 512 * 1024  # Fits a batch of a thousand long ids.
LARGEST_HEAD = 16 * 1024  # The largest value that Sanic allows.


def create_app(settings: Settings, rate_limit: RateLimit | None = None) -> Sanic[Any, Any]:
    """An application that serves the releases of a folder.

    Args:
        settings: its settings.
        rate_limit: the request counts that all workers share; None for a single worker.

    Raises:
        SettingsError: the settings are invalid or unsafe.
    """
    settings.check()
    app: Sanic[Any, Any] = Sanic(
        "product-audience", request_class=CheckedRequest, configure_logging=False
    )
    app.config.update(
        REQUEST_MAX_SIZE=LARGEST_BODY,
        REQUEST_MAX_HEADER_SIZE=LARGEST_HEAD,
        REQUEST_TIMEOUT=settings.request_seconds,
        RESPONSE_TIMEOUT=settings.query_seconds * 4,
        KEEP_ALIVE_TIMEOUT=60,
        GRACEFUL_SHUTDOWN_TIMEOUT=15,
        ACCESS_LOG=False,
        FALLBACK_ERROR_FORMAT="json",
        MOTD=False,
        AUTO_EXTEND=False,  # Loads no extension that happens to be installed.
    )
    context = app.ctx
    context.settings = settings
    context.serving = Serving(settings)
    context.telemetry = Telemetry(context.serving, has_access_log=settings.access_log)
    context.connections = Connections(settings, context.telemetry.registry)
    context.unsent_bytes = UnsentBytes(context.telemetry.registry)
    context.telemetry.reports += [context.connections.report, context.unsent_bytes.report]
    context.exports = ExportPlaces(settings.concurrent_exports)
    context.batches = Gate(
        "long batches", settings.concurrent_batches, settings.waiting_queries
    )
    has_keys = bool(settings.keys)
    authenticator = Authenticator(
        settings.keys,
        rate_limit or RateLimit.of(settings.rate_limit, settings.keys.values()),
    )
    hosts = AllowedHosts(settings)
    origins = settings.origins
    app.blueprint(BLUEPRINTS)

    @app.before_server_start
    async def start(_: Sanic[Any, Any]) -> None:
        context.open = contextlib.AsyncExitStack()
        await context.open.enter_async_context(context.serving.watch())
        context.writing = asyncio.create_task(context.telemetry.keep_writing())

    @app.after_server_stop
    async def stop(_: Sanic[Any, Any]) -> None:
        context.writing.cancel()
        context.telemetry.write()
        await context.open.aclose()

    @app.on_request
    async def admit(request: CheckedRequest) -> HTTPResponse | None:
        context.telemetry.begin(request)
        if not request.head:  # The head did not arrive; Sanic raises the error next.
            return None
        hosts.check(request)
        if request.is_malformed:
            raise BadRequest
        if request.method == "OPTIONS" and request.headers.get("origin") in origins:
            return HTTPResponse(status=204)
        if has_keys:
            operation = getattr(request.route and request.route.handler, "operation", None)
            if operation is None or not operation.is_open:
                request.ctx.owner = authenticator.authenticate(presented_key(request))
        return None

    def begin_late(request: Request) -> None:
        """Begin a request that arrived incomplete, so that `admit` did not run."""
        if not hasattr(request.ctx, "started"):
            context.telemetry.begin(request)

    @app.on_response  # type: ignore[untyped-decorator]
    async def finish(request: Request, response: HTTPResponse) -> HTTPResponse | None:
        begin_late(request)
        problem = None
        if request.method != "HEAD":
            problem = context.unsent_bytes.problem_instead_of(response)
        if problem:
            response = problem.response(request.ctx.request_id)
        response.headers["x-request-id"] = request.ctx.request_id
        if not isinstance(response, ReleaseResponse):
            for name, value in SECURITY_HEADERS.items():
                response.headers.setdefault(name, value)
        if origins:
            add_cors_headers(request, response, origins)
        if not isinstance(response, ExportResponse):  # An export ends later.
            context.telemetry.end(request, response, len(response.body or b""))
        return response if problem else None

    @app.exception(Exception)
    async def explain(request: Request, error: Exception) -> HTTPResponse:
        begin_late(request)
        request_id = request.ctx.request_id
        has_head = bool(request.head)
        path = request.path if has_head else ""
        return as_problem(error, request_id, path, has_head=has_head).response(request_id)

    @app.exception(RequestCancelled)  # type: ignore[arg-type]
    async def leave(request: Request, _: RequestCancelled) -> HTTPResponse:
        """The client is gone, so nothing is sent; it is no error of the server."""
        begin_late(request)
        return HTTPResponse(status=CLIENT_LEFT)

    return app


def presented_key(request: Request) -> str | None:
    """The API key of a request: X-API-Key, or a bearer token."""
    return request.headers.get("x-api-key") or request.token


def add_cors_headers(request: Request, response: HTTPResponse, origins: set[str]) -> None:
    """Allow pages of the listed origins to read the response."""
    varies = response.headers.get("vary")
    response.headers["vary"] = f"{varies}, origin" if varies else "origin"
    origin = request.headers.get("origin")
    if origin in origins:
        response.headers.update(
            {
                "access-control-allow-origin": origin,
                "access-control-allow-methods": "GET, POST",
                "access-control-allow-headers": (
                    "authorization, content-type, if-none-match, x-api-key"
                ),
                "access-control-expose-headers": (
                    "etag, retry-after, x-cold-start, x-ids-like-formulas, x-release,"
                    " x-request-id"
                ),
                "access-control-max-age": "600",
            }
        )


def as_problem(
    error: Exception, request_id: str, path: str = "", *, has_head: bool
) -> Problem:
    """Any error as a problem; an unexpected error is logged, and the problem hides it.

    Args:
        error: the exception.
        request_id: the id of the request in the log.
        path: the path of the request.
        has_head: whether the head of the request could be read.
    """
    if isinstance(error, Problem):
        return error
    if isinstance(error, SanicException) and error.status_code < 500:
        status, shown = error.status_code, path[:100]
        titles = {
            404: (
                "not-found",
                "Not found",
                f"There is no path {shown!r}; `/` lists all paths.",
            ),
            405: (
                "method-not-allowed",
                "Method not allowed",
                f"{shown!r} has other methods; the header Allow names them.",
            ),
            408: ("timeout", "Request timeout", "The request did not arrive in time."),
            413: (
                "too-large",
                "Too large",
                f"The body has more than {LARGEST_BODY} bytes."
                if has_head
                else f"Address and headers have more than {LARGEST_HEAD} bytes.",
            ),
        }
        kind, title, detail = titles.get(
            status, ("bad-request", "Bad request", "The request cannot be read.")
        )
        return Problem(status, kind, title, detail, headers=dict(error.headers))
    if isinstance(error, SanicException) and error.status_code == 503:
        return Problem(
            503,
            "too-slow",
            "Too slow",
            "The answer took too long.",
            headers={"retry-after": "1"},
        )
    log.error("Unexpected error in request %s", request_id, exc_info=error)
    return Problem(
        500,
        "internal",
        "Internal error",
        "Something unexpected happened; the log has it under the request id.",
    )
