"""Parts of text files: the beginning, and some further in; enough to describe a log.

A whole file is read once for its encoding and its lines, up to a limit.
"""

import codecs
from dataclasses import dataclass
from pathlib import Path

from scripts.inspection.file_kinds import open_unpacked
from scripts.settings.input_settings import InputFormat
from scripts.settings.setting_error import choices

BLOCK = 2**22
# Read for the encoding and the number of lines; a quarter of a gigabyte takes a second.
SCANNED = 2**28
FIRST_PART = 3 * 2**20
LATER_PART = 2**20
# A file of this size is read whole.
WHOLE = 6 * 2**20
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
        is_beyond_latin: whether it has characters that latin-1 lacks.
    """

    codec: str
    name: str
    line: int = 0
    text: str = ""
    lines: int = 0
    is_whole: bool = True
    is_beyond_latin: bool = False

    @property
    def setting(self) -> str | None:
        """The value of the setting `encoding`; None where no value reads it."""
        known = choices(InputFormat.model_fields["encoding"].annotation)
        wanted = {
            "utf-8": ["utf-8"],
            "utf-16-le": ["utf-16"],
            "utf-16-be": ["utf-16-be"],
            "cp1252": ["windows-1252", "cp1252"],
        }[self.codec]
        if self.codec == "cp1252" and not self.is_beyond_latin:
            wanted = [*wanted, "latin-1"]
        return next((name for name in wanted if name in known), None)


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
        # Where latin-1 has control characters.
        is_beyond_latin=any(0x80 <= byte <= 0x9F for byte in block[place:]),
    )


def parts_of(file: Path, compression: str, codec: str, *, is_first: bool) -> list[str]:
    """Parts of a file as text: its beginning, and of the first file some further in.

    All parts but the first begin with a whole line; all end with one.
    """
    most = FIRST_PART if is_first else LATER_PART
    if not compression and file.stat().st_size <= WHOLE:
        most = WHOLE
    with open_unpacked(file, compression) as stream:
        parts = [_decoded(stream.read(most), codec, most, is_beginning=True)]
        if not is_first or most == WHOLE:
            return parts
        if compression:
            # Unpacked data cannot be entered at a later place.
            for _ in range(8):
                if not stream.read(BLOCK):
                    return parts
            parts.append(_decoded(stream.read(LATER_PART), codec, LATER_PART))
            return parts
        size = file.stat().st_size
        for share in (1, 2, 3):
            place = max(most, (size - LATER_PART) * share // 3) // 2 * 2
            if place < size:
                stream.seek(place)
                # The last part ends where the file does.
                length = LATER_PART if share < 3 else size - place
                cut = LATER_PART if share < 3 else size
                parts.append(_decoded(stream.read(length), codec, cut))
            most = place + LATER_PART
    return parts


def _decoded(content: bytes, codec: str, most: int, *, is_beginning: bool = False) -> str:
    """Whole lines of a part of at most so many bytes."""
    text = content.decode(codec, errors="replace").removeprefix("\ufeff")
    if not is_beginning:
        text = text.partition("\n")[2]
    if len(content) == most:
        text = text[: max(text.rfind("\n"), text.rfind("\r")) + 1]
    return text
