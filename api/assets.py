"""Files that browsers load: compressed once, and asked for again cheaply."""

import gzip
import hashlib
from dataclasses import dataclass

from sanic import Request
from sanic.response import HTTPResponse

TYPES = {
    "css": "text/css; charset=utf-8",
    "html": "text/html; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
}


@dataclass(frozen=True)
class Asset:
    """A file as it is sent.

    Attributes:
        content: its bytes.
        compressed: the same with gzip.
        content_type: by the end of its name.
        etag: changes with the content.
    """

    content: bytes
    compressed: bytes
    content_type: str
    etag: str

    @classmethod
    def of(cls, file_name: str, content: bytes) -> "Asset":
        """Prepare a file."""
        return cls(
            content,
            gzip.compress(content, mtime=0),
            TYPES[file_name.rpartition(".")[2]],
            f'"{hashlib.sha256(content).hexdigest()[:32]}"',
        )

    def answer(self, request: Request, status: int = 200, **headers: str) -> HTTPResponse:
        """The file, compressed where the browser can read that; 304 where it has it.

        Args:
            request: the request.
            status: of an answer with the file.
            headers: more of them, _ for -.
        """
        sent = {
            # Asked for each time, so that no page runs with parts of another version.
            "cache-control": "no-cache",
            "etag": self.etag,
            "referrer-policy": "no-referrer",
            "vary": "accept-encoding",
            **{name.replace("_", "-"): value for name, value in headers.items()},
        }
        if request.headers.get("if-none-match") == self.etag:
            return HTTPResponse(status=304, headers=sent)
        body = self.content
        if "gzip" in request.headers.get("accept-encoding", ""):
            sent["content-encoding"] = "gzip"
            body = self.compressed
        return HTTPResponse(
            body, status=status, headers=sent, content_type=self.content_type
        )
