"""Responses from a release, with an entity tag for cheap revalidation."""

import importlib.metadata
import itertools
import json
import zlib
from collections.abc import Iterator

from sanic import Request
from sanic.response import HTTPResponse

from api.release import Release

JSON = "application/json"
VERSION = importlib.metadata.version("product-audience")
VERSION_CHECKSUM = zlib.crc32(VERSION.encode())
# Personal data: only the caller may cache it, and must revalidate it.
CACHE_CONTROL = "private, max-age=0, must-revalidate"
# For all but pages.
NOTHING_LOADS = "default-src 'none'; frame-ancestors 'none'"
# For pages: they load only what this API serves.
PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline';"
    " img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'self';"
    " frame-ancestors 'none'"
)
SECURITY_HEADERS = {
    "x-content-type-options": "nosniff",
    "content-security-policy": NOTHING_LOADS,
}


class ReleaseResponse(HTTPResponse):
    """A response from a release.

    The common headers are encoded once: Sanic would check and encode them for each
    response, which takes longer than the look-up.
    """

    __slots__ = ()

    shared = tuple(
        (name.encode(), value.encode())
        for name, value in (SECURITY_HEADERS | {"cache-control": CACHE_CONTROL}).items()
    )

    @property
    def processed_headers(self) -> Iterator[tuple[bytes, bytes]]:
        """All headers, encoded."""
        return itertools.chain(self.shared, super().processed_headers)


def as_json(body: object) -> bytes:
    """Compact JSON; times as ISO 8601."""
    return json.dumps(
        body,
        default=lambda value: value.isoformat(),
        ensure_ascii=False,
        separators=(",", ":"),
    ).encode()


def release_response(
    request: Request, release: Release, body: bytes, *, is_weak: bool = False
) -> HTTPResponse:
    """A JSON response from a release; 304 if the caller has it already.

    Args:
        request: the request.
        release: the release of the response.
        body: its body.
        is_weak: whether a response with the same meaning may have other bytes.
    """
    etag = entity_tag(request, release)
    headers = {"etag": f"W/{etag}" if is_weak else etag}
    if is_known(request, etag):
        return ReleaseResponse(status=304, headers=headers)
    return ReleaseResponse(body, headers=headers, content_type=JSON)


def is_known(request: Request, etag: str) -> bool:
    """Whether the caller has the response already."""
    asked = request.headers.get("if-none-match")
    # For a POST, the header is not about caching.
    if not asked or request.method == "POST":
        return False
    tags = {tag.strip().removeprefix("W/") for tag in asked.split(",")}
    return etag in tags or "*" in tags


def entity_tag(request: Request, release: Release) -> str:
    """A tag of all that determines the response: release, opt-outs, query and version."""
    query = zlib.crc32(request.raw_url + request.body, VERSION_CHECKSUM)
    return f'"{release.release_id}{release.opt_outs.tag}-{query:08x}"'
