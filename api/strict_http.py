"""Reads requests as RFC 9112 has them, where Sanic is lenient."""

import asyncio
import re

from sanic.exceptions import BadRequest
from sanic.http import Http
from sanic.http.http1 import HTTP_CONTINUE

# The end of the part before it, the size, and extensions, which are ignored.
CHUNK_HEAD = re.compile(
    rb"\r\n[0-9A-Fa-f]{1,15}(?:[\t ]*;[\t\x20-\x7e\x80-\xff]*)?\r\n", re.ASCII
)
LONGEST_CHUNK_HEAD = 64


class StrictHttp(Http):
    """Reads bodies in chunks as RFC 9112 has them, and takes turns with other connections.

    Sanic accepts sizes such as 0x1a, and skips the end of a chunk whatever it is. A proxy
    that reads them otherwise would see other requests than the API. And Sanic works on all
    that a client has sent at once, many requests or chunks, before it turns to another.
    """

    __slots__ = ("_has_arrived",)

    def init_for_request(self) -> None:
        """Begin with the next request."""
        super().init_for_request()  # type: ignore[no-untyped-call]
        self._has_arrived = bool(self.recv_buffer)

    async def http1_request_header(self) -> None:
        """Read the head of a request; other connections come first if it waited here."""
        if self._has_arrived:
            await asyncio.sleep(0)
        await super().http1_request_header()  # type: ignore[no-untyped-call]

    async def read(self) -> bytes | None:
        """Read a part of the body."""
        body: object = self.request_body
        if body == "chunked" and not self.request_bytes_left:
            # A body may be half a million chunks.
            await asyncio.sleep(0)
            await self._check_chunk_head()
        part: bytes | None = await super().read()
        return part

    async def _check_chunk_head(self) -> None:
        if self.expecting_continue:
            self.expecting_continue = False
            await self._send(HTTP_CONTINUE)
        received = self.recv_buffer
        while (end := received.find(b"\r\n", 2)) < 0 and len(received) < LONGEST_CHUNK_HEAD:
            await self._receive_more()
        if not CHUNK_HEAD.fullmatch(received, 0, end + 2):
            self.keep_alive = False
            raise BadRequest
