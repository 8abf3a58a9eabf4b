"""The one shape of every error: RFC 9457 problem details."""

import json
from typing import Any

from sanic.response import HTTPResponse

CONTENT_TYPE = "application/problem+json"


class Problem(Exception):  # noqa: N818 - the RFC's word
    """An error response.

    Attributes:
        status: HTTP status.
        kind: the last part of the problem's type, such as "invalid-parameter".
        title: the kind of problem in words.
        detail: one sentence: the offending value, what was expected, what to do.
        more: further members of the body.
        headers: further headers of the response.
    """

    def __init__(
        self,
        status: int,
        kind: str,
        title: str,
        detail: str,
        *,
        headers: dict[str, str] | None = None,
        **more: Any,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.kind = kind
        self.title = title
        self.detail = detail
        self.headers = headers or {}
        self.more = more

    def response(self, request_id: str) -> HTTPResponse:
        """The problem as a response."""
        body = {
            "type": f"urn:product-audience:problem:{self.kind}",
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
            "request_id": request_id,
            **self.more,
        }
        return HTTPResponse(
            json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode(),
            status=self.status,
            headers={"cache-control": "no-store"} | self.headers,
            content_type=CONTENT_TYPE,
        )


def invalid_parameter(parameter: str, value: object, expected: str) -> Problem:
    """An invalid parameter of the path, the query or the body."""
    shown = str(value)[:100]
    return Problem(
        422,
        "invalid-parameter",
        "Invalid parameter",
        f"{parameter} = {shown!r}: expected {expected}.",
        parameter=parameter,
        expected=expected,
    )


def not_found(thing: str, identifier: object, hint: str = "") -> Problem:
    """The release has nothing with this id; the hint says where to look."""
    detail = f"The release has no {thing} {str(identifier)[:100]!r}."
    return Problem(404, "not-found", "Not found", f"{detail} {hint}".rstrip())


def opted_out() -> Problem:
    """The customer has opted out; the next release has no such customer."""
    return Problem(
        404,
        "opted-out",
        "Opted out",
        "This customer has opted out: no answer contains the customer any more.",
    )


def made_before(release_id: str, things: str) -> Problem:
    """The release is from a version that did not have these things yet."""
    return Problem(
        404,
        "not-found",
        "Not found",
        f"{release_id} was made before there were {things}: build again.",
    )


def earlier_release(detail: str) -> Problem:
    """The release is from an earlier version and lacks a table that the answer needs."""
    return Problem(503, "earlier-release", "The release is from an earlier version", detail)


def unavailable(detail: str) -> Problem:
    """There is no release to serve."""
    return Problem(
        503, "no-release", "No release is served", detail, headers={"retry-after": "5"}
    )


def opt_outs_not_in_effect() -> Problem:
    """The latest opt-outs cannot be left out of the answers."""
    return Problem(
        503,
        "opt-outs-not-in-effect",
        "Opt-outs are not in effect",
        "The latest opt-outs cannot be put into effect, so no customers are named:"
        " `/health` says what to do.",
        headers={"retry-after": "5"},
    )


def too_slow(seconds: float) -> Problem:
    """A query was stopped."""
    return Problem(
        503,
        "too-slow",
        "The query took too long",
        f"The query was stopped after {seconds:g} s. Ask for less, or try again later.",
        headers={"retry-after": "1"},
    )
