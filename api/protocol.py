"""Protection from malformed, slow and idle clients, where Sanic has none."""

import asyncio
import re
import time
from functools import partial
from typing import Any

from sanic import Request
from sanic.exceptions import BadRequest, RequestTimeout
from sanic.http import Http
from sanic.http.constants import Stage
from sanic.http.http1 import HTTP_CONTINUE
from sanic.models.server_types import ConnInfo
from sanic.server import HttpProtocol

from api.connections import NO_ROOM, Connections
from api.request_heads import is_well_formed
from api.unsent_bytes import BUFFER, Progress, UnsentBytes
from api.waiting_clients import WaitingClients

# The end of the part before it, the size, and extensions, which are ignored.
CHUNK_HEAD = re.compile(
    rb"\r\n[0-9A-Fa-f]{1,15}(?:[\t ]*;[\t\x20-\x7e\x80-\xff]*)?\r\n", re.ASCII
)
LONGEST_CHUNK_HEAD = 64


class CheckedRequest(Request[Any, Any]):
    """A request whose address may be malformed, and whose path never reaches the log.

    Attributes:
        is_malformed: whether the address cannot be parsed; it is then replaced by `/`.
    """

    def __init__(self, url_bytes: bytes, *arguments: Any, **more: Any) -> None:
        """Parse the head of a request.

        Raises:
            BadRequest: it is malformed; Sanic answers with 400 and closes the connection.
        """
        # Without a head, Sanic makes it up to answer what is no request.
        head = more.get("head")
        if head and not is_well_formed(head):
            raise BadRequest
        self.is_malformed = False
        try:
            super().__init__(url_bytes, *arguments, **more)
        except BadRequest:
            # Sanic would close the connection and write the address to its log.
            super().__init__(b"/", *arguments, **more)
            self.is_malformed = True

    def __repr__(self) -> str:
        """For Sanic's log, without the path: it may hold a customer id."""
        return f"<Request: {self.method}>"


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


class PunctualProtocol(HttpProtocol):
    """The time limits cover a whole request and its answer; an idle one can make room."""

    HTTP_CLASS = StrictHttp
    __slots__ = (
        "_counted",
        "_held",
        "_options",
        "_peer",
        "_progress",
        "_unsent_bytes",
        "_written",
    )

    def __init__(self, *, app: Any, **options: Any) -> None:
        super().__init__(app=app, **options)
        self._options = options
        # None for an application that does not count its connections.
        self._counted: Connections | None = getattr(app.ctx, "connections", None)
        self._peer = ""
        self._unsent_bytes: UnsentBytes | None = getattr(app.ctx, "unsent_bytes", None)
        self._progress = Progress(self.request_timeout)
        self._written = 0
        self._held = 0  # Bytes of an answer that waits until the buffer is empty.

    def connection_made(self, transport: Any) -> None:
        """Accept a connection, or refuse it if there is no room."""
        waiting: WaitingClients | None = getattr(self.app.ctx, "waiting_clients", None)
        if waiting is not None:
            waiting.accept(partial(type(self), app=self.app, **self._options))
        peer = transport.get_extra_info("peername")
        self._peer = str(peer[0]) if isinstance(peer, tuple) else ""
        if self._counted is None or self._counted.admit(self, self._peer):
            super().connection_made(transport)  # type: ignore[no-untyped-call]
            transport.set_write_buffer_limits(low=BUFFER // 4, high=BUFFER)
            return
        self._counted = None
        # What Sanic needs to close it.
        self.recv_buffer = bytearray()
        self.transport = transport
        self.conn_info = ConnInfo(transport)
        transport.pause_reading()
        transport.write(NO_ROOM)
        self.close()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget a closed connection."""
        if self._counted is not None:
            self._counted.leave(self, self._peer)
        if self._unsent_bytes is not None:
            self._unsent_bytes.leave(self)
        super().connection_lost(exc)  # type: ignore[no-untyped-call]

    async def send(self, data: bytes) -> None:
        """Send bytes; they wait while the client has not taken earlier ones."""
        if not self._can_write.is_set():
            self._held = len(data)
            try:
                await self._can_write.wait()
            finally:
                self._held = 0
        self._written += len(data)
        await super().send(data)  # type: ignore[no-untyped-call]

    def pause_writing(self) -> None:
        """Note that the client takes less than was sent."""
        super().pause_writing()  # type: ignore[no-untyped-call]
        if self._unsent_bytes is not None:
            self._unsent_bytes.watch(self)

    def unsent(self) -> int:
        """See `api.unsent_bytes.Writer`."""
        return self._held + self._buffered()

    def _buffered(self) -> int:
        return self.transport.get_write_buffer_size() if self.transport else 0

    def waits_since(self) -> tuple[bool, float] | None:
        """See `api.connections.Connection`."""
        http = getattr(self, "_http", None)
        if http is None:
            return None
        if http.stage is Stage.IDLE:
            # Received bytes are the next request.
            return None if self.recv_buffer else (self.unsent() > 0, self._time)
        waits = (
            http.stage is Stage.REQUEST
            or (http.stage is Stage.HANDLER and http.request_body)
            # It does not read its answer. An export has a time limit of its own.
            or (http.stage is Stage.HANDLER and not self._can_write.is_set())
        )
        return (True, self._time) if waits else None

    def end(self) -> None:
        """Close it at once, whether or not the client has read all."""
        # Sanic's `close` forgets the transport, which it needs in the middle of a request.
        if self.transport is not None:
            self.transport.abort()

    def data_received(self, data: bytes) -> None:
        """Receive bytes; further bytes of a request do not extend its time limit."""
        # The attribute is missing until the task of the connection has begun.
        http = getattr(self, "_http", None)
        is_continued = http is not None and http.stage in (Stage.REQUEST, Stage.HANDLER)
        began = self._time
        super().data_received(data)
        if is_continued:
            self._time = began

    def check_timeouts(self) -> None:
        """End a request whose body is late, and an answer that is not taken.

        Sanic limits only the time of a head, and no longer that of an answer that it has
        written to the buffer.
        """
        buffered = self._buffered()
        if self._progress.is_stalled(
            time.monotonic(), self._written - buffered, self._held + buffered
        ):
            if self._unsent_bytes is not None:
                self._unsent_bytes.count_cut_off()
            self.end()
            return
        http = getattr(self, "_http", None)
        if http is not None:
            # There are none here; Sanic would stop to check a connection that asks for one.
            http.upgrade_websocket = False
        if (
            self._task
            and http is not None
            and http.stage is Stage.HANDLER
            and http.request_body
            and time.monotonic() - self._time > self.request_timeout
        ):
            http.exception = RequestTimeout()
            http.request_body = None  # Otherwise Sanic waits for the rest of it.
            self._task.cancel()
        else:
            super().check_timeouts()  # type: ignore[no-untyped-call]
