"""Text of a log on a terminal: its control characters are shown instead of obeyed.

The name of a column or an event could otherwise clear the screen, set the title of the
window, or write over the lines before it.
"""

import contextlib
import io
import re
import sys
from collections.abc import Iterable, Iterator
from typing import Any, TextIO

# All but tab and line feed, and what changes the direction of text.
CONTROL = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]"
)


def visible(text: str) -> str:
    r"""The text with escapes such as `\x1b` in place of control characters."""
    return CONTROL.sub(lambda found: ascii(found[0])[1:-1], text)


class VisibleStream(io.TextIOBase):
    """A stream that shows control characters.

    Attributes:
        rich_proxied_file: the stream as it is; Rich's consoles write there.
    """

    def __init__(self, stream: TextIO) -> None:
        self.rich_proxied_file = stream

    def write(self, text: str) -> int:
        """Write to the stream; returns the length of the text that was given."""
        self.rich_proxied_file.write(visible(text))
        return len(text)

    def flush(self) -> None:
        """Write what is buffered."""
        self.rich_proxied_file.flush()

    def fileno(self) -> int:
        """The number of the file."""
        return self.rich_proxied_file.fileno()

    def isatty(self) -> bool:
        """Whether it is a terminal."""
        return self.rich_proxied_file.isatty()

    @property
    def encoding(self) -> str:  # type: ignore[override]
        """How it writes characters."""
        return self.rich_proxied_file.encoding


@contextlib.contextmanager
def visible_output() -> Iterator[None]:
    """Let what is printed, and errors, show control characters."""
    streams = sys.stdout, sys.stderr
    for stream in streams:
        # An id from the log may contain characters that the terminal cannot show.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    sys.stdout, sys.stderr = map(VisibleStream, streams)
    try:
        yield
    finally:
        sys.stdout, sys.stderr = streams


def stream_of_data() -> TextIO:
    """Standard output for a file of data: as it is, unless a person reads it."""
    is_read = sys.stdout.isatty()
    stream: TextIO = getattr(sys.stdout, "rich_proxied_file", sys.stdout)
    return sys.stdout if is_read else stream


def console() -> Any:
    """Rich's console for text of the log: no markup, no control characters."""
    from rich.console import Console
    from rich.segment import Segment

    class VisibleConsole(Console):
        def _render_buffer(self, buffer: Iterable[Segment]) -> str:
            return super()._render_buffer(
                segment
                if segment.control
                else Segment(visible(segment.text), segment.style)
                for segment in buffer
            )

    return VisibleConsole(markup=False, highlight=False)
