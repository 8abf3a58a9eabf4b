"""Answers that say which release they are from, and can be asked for again cheaply."""

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
# Personal data: kept by the caller at most, and asked for again after that.
CACHE_CONTROL = "private, max-age=0, must-revalidate"
# A page says for itself what it may load.
NOTHING_LOADS = "default-src 'none'; frame-ancestors 'none'"
SECURITY_HEADERS = {
    "x-content-type-options": "nosniff",
    "content-security-policy": NOTHING_LOADS,
}


class Answer(HTTPResponse):
    """An answer from a release.

    The headers that all of them share are encoded once: Sanic would clean and encode each
    of them anew, which takes longer than the look-up.
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
    """JSON without blanks; times as ISO 8601."""
    return json.dumps(
        body,
        default=lambda value: value.isoformat(),
        ensure_ascii=False,
        separators=(",", ":"),
    ).encode()


def answer(
    request: Request, release: Release, body: bytes, *, is_weak: bool = False
) -> HTTPResponse:
    """A JSON answer from a release; 304 where the caller has it already.

    Args:
        request: the request.
        release: what the answer is from.
        body: the answer.
        is_weak: whether an answer that means the same may have other bytes.
    """
    etag = entity_tag(request, release)
    headers = {"etag": f"W/{etag}" if is_weak else etag}
    if is_known(request, etag):
        return Answer(status=304, headers=headers)
    return Answer(body, headers=headers, content_type=JSON)


def is_known(request: Request, etag: str) -> bool:
    """Whether the caller has the answer already."""
    asked = request.headers.get("if-none-match")
    # Of a POST it would be no condition for sending the answer.
    if not asked or request.method == "POST":
        return False
    tags = {tag.strip().removeprefix("W/") for tag in asked.split(",")}
    return etag in tags or "*" in tags


def entity_tag(request: Request, release: Release) -> str:
    """The release, the query and this version: nothing else decides what the answer is."""
    query = zlib.crc32(request.raw_url + request.body, VERSION_CHECKSUM)
    return f'"{release.release_id}-{query:08x}"'
