"""Lines of a log that are written whole or not at all.

All workers share the output. A larger write to a pipe is divided when the pipe is full, and
lines of another worker come in between.
"""

import os
import select
from collections.abc import Iterator, Sequence

STANDARD_OUTPUT = 1
# POSIX: a pipe takes this many bytes at once, or none.
WHOLE_BYTES = select.PIPE_BUF


def write_lines(lines: Sequence[str], output: int = STANDARD_OUTPUT) -> int:
    """Write lines; waits for a slow reader.

    Args:
        lines: each without its end, and shorter than WHOLE_BYTES.
        output: the file descriptor.

    Returns:
        How many were not written, because writing failed.
    """
    left = len(lines)
    try:
        for piece, count in _pieces(lines):
            _write(piece, output)
            left -= count
    except OSError:
        pass
    return left


def _pieces(lines: Sequence[str]) -> Iterator[tuple[bytes, int]]:
    """Lines together as far as they can be written at once, and their number."""
    piece, count = b"", 0
    for line in lines:
        encoded = line.encode() + b"\n"
        if count and len(piece) + len(encoded) > WHOLE_BYTES:
            yield piece, count
            piece, count = b"", 0
        piece, count = piece + encoded, count + 1
    if count:
        yield piece, count


def _write(piece: bytes, output: int) -> None:
    while piece:
        try:
            piece = piece[os.write(output, piece) :]
        except BlockingIOError:  # The output is a pipe that does not wait by itself.
            select.select([], [output], [])
