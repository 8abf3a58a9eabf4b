"""Text files whose columns have fixed places, as CSV files."""

import csv
import itertools
from collections.abc import Sequence
from pathlib import Path

from scripts.blanks import BLANKS


def write_divided(file: Path, widths: Sequence[int], comment: str | None) -> None:
    """Rewrite a copy with its lines divided into columns, blanks around values removed.

    What a line has behind its last column becomes one more field, so that the build says
    that the line cannot be read. Empty lines and comments stay.
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
        for line in source:
            text = line.rstrip("\n")
            if not text.strip(BLANKS) or (comment and text.startswith(comment)):
                target.write(f"{text.strip(BLANKS)}\n")
                continue
            fields = [text[start:end] for start, end in zip(starts, ends, strict=False)]
            rest = text[ends[-1] :]
            writer.writerow(
                field.strip(BLANKS)
                for field in (*fields, *([rest] if rest.strip() else []))
            )
    unfinished.replace(file)
