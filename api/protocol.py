"""Protection from malformed, slow and idle clients, where Sanic has none."""

import asyncio
import time
from functools import partial
from typing import Any

from sanic import Request
from sanic.exceptions import BadRequest, RequestTimeout
from sanic.http.constants import Stage
from sanic.models.server_types import ConnInfo
from sanic.server import HttpProtocol

from api.connections import NO_ROOM, Connections
from api.request_heads import is_well_formed
from api.strict_http import StrictHttp
from api.unsent_bytes import BUFFER, Progress, UnsentBytes
from api.waiting_clients import WaitingClients


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


class PunctualProtocol(HttpProtocol):
    """The time limits cover a whole request and its answer; an idle one can make room."""

    HTTP_CLASS = StrictHttp
    __slots__ = (
        "_counted",
        "_held",
        "_options",
        "_peer",
        "_progress",
        "_progress_timer",
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
        self._progress_timer: asyncio.TimerHandle | None = None
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
        if self._progress_timer is not None:
            self._progress_timer.cancel()
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
        """Watch a client that takes less than was sent."""
        super().pause_writing()  # type: ignore[no-untyped-call]
        if self._unsent_bytes is not None:
            self._unsent_bytes.watch(self)
        if self._progress_timer is None:
            self._check_progress()

    def _check_progress(self) -> None:
        """End the connection if its client takes too little; look again until it has all.

        Sanic's own checks end with the first limit that is exceeded, and its error waits
        behind the answer that is not taken.
        """
        self._progress_timer = None
        if self._is_stalled():
            if self._unsent_bytes is not None:
                self._unsent_bytes.count_cut_off()
            self.end()
        elif self.unsent():
            self._progress_timer = self.loop.call_later(
                self.request_timeout / 4, self._check_progress
            )

    def _is_stalled(self) -> bool:
        buffered = self._buffered()
        return self._progress.is_stalled(
            time.monotonic(), self._written - buffered, self._held + buffered
        )

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
        """End a request whose body is late; Sanic does so only for its head."""
        if self._progress_timer is None:
            self._check_progress()  # For what fits the buffer.
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
