"""Answers that say which release they are from, and can be asked for again cheaply."""

import zlib

from sanic import Request
from sanic.response import HTTPResponse

from api.release import Release

JSON = "application/json"
# Personal data: kept by the caller at most, and asked for again after that.
CACHE_CONTROL = "private, max-age=0, must-revalidate"


def answer(request: Request, release: Release, body: bytes) -> HTTPResponse:
    """A JSON answer from a release; 304 where the caller has it already."""
    etag = entity_tag(request, release)
    headers = {"etag": etag, "cache-control": CACHE_CONTROL}
    asked = request.headers.get("if-none-match")
    if asked and (asked == "*" or etag in asked):
        return HTTPResponse(status=304, headers=headers)
    return HTTPResponse(body, headers=headers, content_type=JSON)


def entity_tag(request: Request, release: Release) -> str:
    """The release and the query: nothing else decides what the answer is."""
    return f'"{release.release_id}-{zlib.crc32(request.raw_url + request.body):08x}"'
