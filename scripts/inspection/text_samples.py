"""Parts of text files: the beginning, and some further in; enough to describe a log."""

from pathlib import Path

from scripts.build.file_kinds import open_unpacked
from scripts.build.text_encodings import BLOCK

FIRST_PART = 3 * 2**20
LATER_PART = 2**20
# A file of this size is read whole.
WHOLE = 6 * 2**20


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
