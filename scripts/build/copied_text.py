"""A copy of a text file: unpacked, and in UTF-8."""

import codecs
from pathlib import Path

from scripts.build.file_kinds import open_unpacked
from scripts.build.log_source import LogSourceError

BLOCK = 2**22


def _as_utf8(text: str) -> bytes:
    """The bytes of a text, without the mark of UTF-16 at the beginning of a file."""
    return text.removeprefix("\ufeff").encode()


def write_text(
    file: Path, compression: str, encoding: str, copy: Path, most_bytes: int | None = None
) -> None:
    """Write the copy of a text file.

    Args:
        compression: that of the file, see FileKind.
        encoding: of the file, to write it as UTF-8; empty copies the bytes as they are.
        most_bytes: the copy ends with the last whole line of so many bytes of the file.

    Raises:
        LogSourceError: the file is damaged, or is not written in this encoding.
    """
    decoder = codecs.getincrementaldecoder(encoding)() if encoding else None
    lines = 0
    left = most_bytes
    try:
        with open_unpacked(file, compression) as source, copy.open("wb") as target:
            while block := source.read(BLOCK if left is None else min(BLOCK, left)):
                content = _as_utf8(decoder.decode(block)) if decoder else block
                if left is not None:
                    left -= len(block)
                    if not left:
                        content = content[: content.rfind(b"\n") + 1] or content
                target.write(content)
                lines += content.count(b"\n")
            if decoder and left != 0:
                decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        known = error.object[: error.start].decode(encoding, errors="replace")
        line = lines + known.count("\n") + 1
        raise LogSourceError(
            f"{file}, line {line} is not {encoding}: byte {error.object[error.start]:#x}."
            " Name another encoding in the mapping."
        ) from error
    except (EOFError, ValueError) as error:
        raise LogSourceError(f"Cannot read {file}: {error}") from error
