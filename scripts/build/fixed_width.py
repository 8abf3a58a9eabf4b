"""Text files whose columns have fixed places, as CSV files."""

import csv
import itertools
from collections.abc import Sequence
from pathlib import Path

from scripts.blanks import BLANKS
from scripts.build.log_source import LogSourceError


def write_divided(
    file: Path, widths: Sequence[int], comment: str | None, name: Path
) -> None:
    """Rewrite a copy of a file with its lines divided, blanks around values removed.

    What a line has behind its last column becomes one more field, so that the build says
    that the line cannot be read. Empty lines and comments stay.

    Raises:
        LogSourceError: the places are those of bytes, and a line has characters of several.
    """
    ends = list(itertools.accumulate(widths))
    starts = [0, *ends]
    unfinished = file.with_name(f"{file.name}.divided")
    # A byte that is not UTF-8 stays as it is.
    with (
        file.open(encoding="utf-8-sig", errors="surrogateescape") as source,
        unfinished.open(
            "w", encoding="utf-8", errors="surrogateescape", newline=""
        ) as target,
    ):
        writer = csv.writer(target, lineterminator="\n")
        lengths: set[tuple[int, int]] = set()
        for line in source:
            text = line.rstrip("\n")
            if not text.strip(BLANKS) or (comment and text.startswith(comment)):
                target.write(f"{text.strip(BLANKS)}\n")
                continue
            lengths.add((len(text), len(text.encode(errors="surrogateescape"))))
            fields = [text[start:end] for start, end in zip(starts, ends, strict=False)]
            rest = text[ends[-1] :]
            writer.writerow(
                field.strip(BLANKS)
                for field in (*fields, *([rest] if rest.strip() else []))
            )
    in_characters, in_bytes = map(set, zip(*lengths, strict=True)) if lengths else ((), ())
    if len(in_bytes) == 1 and len(in_characters) > 1:
        raise LogSourceError(
            f"All lines of {name} have {max(in_bytes)} bytes, but different numbers of"
            " characters: column_widths count characters, and would divide some lines at"
            " the wrong places. Write the file as windows-1252, or as CSV."
        )
    unfinished.replace(file)
