"""The encoding of text files, by their bytes."""

import codecs
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from scripts.build.file_kinds import kind_of, open_unpacked

BLOCK = 2**22
# Read for the encoding and the number of lines; a quarter of a gigabyte takes a second.
SCANNED = 2**28
BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8", "UTF-8 with a byte order mark"),
    (codecs.BOM_UTF16_LE, "utf-16-le", "UTF-16 LE with a byte order mark"),
    (codecs.BOM_UTF16_BE, "utf-16-be", "UTF-16 BE with a byte order mark"),
)


@dataclass(frozen=True)
class Encoding:
    """The encoding of a file.

    Attributes:
        codec: Python's name.
        name: in words, with the evidence.
        line: the first line that is not UTF-8; 0 if there is none.
        text: that line, as the codec reads it.
        lines: line ends in what was read.
        is_whole: whether the whole file was read.
    """

    codec: str
    name: str
    line: int = 0
    text: str = ""
    lines: int = 0
    is_whole: bool = True

    @property
    def setting(self) -> str:
        """The value of the setting `encoding` that reads it."""
        return {"utf-16-le": "utf-16", "cp1252": "windows-1252"}.get(self.codec, self.codec)


def encoding_of(file: Path, compression: str) -> Encoding:
    """The encoding of a text file: by its mark, as valid UTF-8, else windows-1252."""
    with open_unpacked(file, compression) as stream:
        block = stream.read(BLOCK)
        for mark, codec, name in BYTE_ORDER_MARKS:
            if block.startswith(mark) and codec != "utf-8":
                return Encoding(codec, name, lines=0, is_whole=False)
        for codec, zeros in (("utf-16-le", block[1:2000:2]), ("utf-16-be", block[:2000:2])):
            if zeros and zeros.count(0) > 0.7 * len(zeros):
                name = f"{codec[:6].upper()} {codec[7:].upper()} without a byte order mark"
                return Encoding(codec, name, is_whole=False)
        has_mark = block.startswith(codecs.BOM_UTF8)
        decoder = codecs.getincrementaldecoder("utf-8")()
        lines, size = 0, 0
        while block and size < SCANNED:
            try:
                decoder.decode(block)
            except UnicodeDecodeError as error:
                # Bytes that were kept from the block before come first.
                place = max(0, error.start - (len(error.object) - len(block)))
                return _not_utf8(block, place, lines)
            lines += block.count(b"\n")
            size += len(block)
            block = stream.read(BLOCK)
    name = BYTE_ORDER_MARKS[0][2] if has_mark else "UTF-8"
    return Encoding("utf-8", name, lines=lines, is_whole=not block)


def _not_utf8(block: bytes, place: int, lines: int) -> Encoding:
    """A file that has a byte at this place of a block that is not UTF-8.

    Args:
        lines: line ends before the block.
    """
    line = lines + block.count(b"\n", 0, place) + 1
    start = block.rfind(b"\n", 0, place) + 1
    end = block.find(b"\n", place)
    content = block[start : end if end >= 0 else start + 500]
    return Encoding(
        "cp1252",
        f"not UTF-8 from line {line} on, as windows-1252 reads it",
        line=line,
        text=content.decode("cp1252", errors="replace").strip(),
        is_whole=False,
    )


def why_not_utf8(files: Iterable[Path]) -> str:
    """A sentence about the first of some text files that is not UTF-8; empty if all are."""
    for file in files:
        kind = kind_of(file)
        found = encoding_of(file, kind.compression) if kind.has_text else None
        if found and found.line:
            return (
                f"{file} is not UTF-8 from line {found.line} on: set encoding:"
                f" {found.setting}, which reads that line as {found.text[:80]!r}."
                " If these words are wrong, try gb18030, shift_jis, windows-1250 or"
                " windows-1251."
            )
    return ""
