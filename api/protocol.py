"""Protection from malformed and slow requests, where Sanic has none."""

import time
from typing import Any

from sanic import Request
from sanic.exceptions import BadRequest, RequestTimeout
from sanic.http.constants import Stage
from sanic.server import HttpProtocol


class CheckedRequest(Request[Any, Any]):
    """A request whose address may be malformed, and whose path never reaches the log.

    Attributes:
        is_malformed: whether the address cannot be parsed; it is then replaced by `/`.
    """

    def __init__(self, url_bytes: bytes, *arguments: Any, **more: Any) -> None:
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
    """The time limit covers a whole request, from its first byte to its last."""

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
        http = getattr(self, "_http", None)
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
