"""Text of a log within one line: for a terminal, a comment or a sentence."""

from scripts.terminal import visible

MOST_SHOWN = 60


def one_line(text: str) -> str:
    r"""The text with escapes in place of control characters and line ends."""
    return visible(text).replace("\n", "\\n").replace("\t", "\\t")


def shortened(text: str, most: int = MOST_SHOWN) -> str:
    """The beginning of a text, on one line."""
    line = one_line(text)
    return line if len(line) <= most else f"{line[: most - 3]}..."
