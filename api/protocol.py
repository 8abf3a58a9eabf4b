"""Requests as they come in: what Sanic leaves open about hostile ones."""

from typing import Any

from sanic import Request
from sanic.exceptions import BadRequest
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
    """The time limit of a request counts from its first byte, not from its last."""

    def data_received(self, data: bytes) -> None:
        """Take bytes; those that continue a request gain it no time."""
        # Not there before the connection's task has begun.
        http = getattr(self, "_http", None)
        is_continued = http is not None and http.stage in (Stage.REQUEST, Stage.HANDLER)
        began = self._time
        super().data_received(data)
        if is_continued:
            self._time = began
