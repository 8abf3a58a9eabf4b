"""Static files for browsers: compressed once, and revalidated by entity tag."""

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
    """A file, ready to be sent.

    Attributes:
        content: its bytes.
        compressed: its bytes, compressed with gzip.
        content_type: by the suffix of its name.
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

    def response(self, request: Request, status: int = 200, **headers: str) -> HTTPResponse:
        """The file, compressed if the browser accepts it; 304 if the browser has it.

        Args:
            request: the request.
            status: of a response with the file.
            headers: more headers, with _ for -.
        """
        sent = {
            # Revalidated each time, so that no page mixes files of two versions.
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
