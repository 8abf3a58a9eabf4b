"""Requests as they come in: what Sanic leaves open about hostile ones."""

import time
from typing import Any

from sanic import Request
from sanic.exceptions import BadRequest, RequestTimeout
from sanic.http.constants import Stage
from sanic.server import HttpProtocol


class CheckedRequest(Request[Any, Any]):
    """A request whose address may be no address, and that never shows its path.

    Attributes:
        is_malformed: whether the address cannot be read; it stands as `/` then.
    """

    def __init__(self, url_bytes: bytes, *arguments: Any, **more: Any) -> None:
        self.is_malformed = False
        try:
            super().__init__(url_bytes, *arguments, **more)
        except BadRequest:
            # Sanic would answer nothing, and write the address to its log.
            super().__init__(b"/", *arguments, **more)
            self.is_malformed = True

    def __repr__(self) -> str:
        """For Sanic's log: a path may hold a customer id."""
        return f"<Request: {self.method}>"


class PunctualProtocol(HttpProtocol):
    """The time limit of a request counts from its first byte, and for all of it."""

    def data_received(self, data: bytes) -> None:
        """Take bytes; those that continue a request gain it no time."""
        # Not there before the connection's task has begun.
        http = getattr(self, "_http", None)
        is_continued = http is not None and http.stage in (Stage.REQUEST, Stage.HANDLER)
        began = self._time
        super().data_received(data)
        if is_continued:
            self._time = began

    def check_timeouts(self) -> None:
        """End a request whose body is not there in time, as Sanic does for its head."""
        http = getattr(self, "_http", None)
        if (
            self._task
            and http is not None
            and http.stage is Stage.HANDLER
            and http.request_body
            and time.monotonic() - self._time > self.request_timeout
        ):
            http.exception = RequestTimeout()
            http.request_body = None  # Or the rest of it would be waited for.
            self._task.cancel()
        else:
            super().check_timeouts()  # type: ignore[no-untyped-call]
