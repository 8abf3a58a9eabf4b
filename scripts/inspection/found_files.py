"""The files that a path, a folder or a pattern means, and the pattern for a build."""

import os
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from scripts.build.file_kinds import FileKind, kind_of
from scripts.build.log_source import LogSourceError, literal, matching

# Of many files, those whose beginning is looked at.
MOST_LOOKED_AT = 100


@dataclass(frozen=True)
class FoundFiles:
    """Files of one kind.

    Attributes:
        pattern: what a build is given.
        files: in the order in which they are read.
        kind: that of all files.
    """

    pattern: str
    files: tuple[Path, ...]
    kind: FileKind


def find_files(path: str) -> FoundFiles:
    """Find the files and see that they are of one kind.

    Args:
        path: a path, a folder, or a pattern.

    Raises:
        LogSourceError: there is none, one cannot be read, or they are of several kinds.
    """
    if Path(path).is_dir():
        files = _files_below(Path(path))
        pattern = _pattern(Path(path), files)
    else:
        pattern = literal(path)
        files = [file for file in matching(pattern) if not file.is_dir()]
    if not files:
        what = "The folder is empty" if Path(path).is_dir() else "No file"
        raise LogSourceError(
            f"{what}: {path}. Expected a CSV, JSON or Parquet file, a folder of them, or a"
            " pattern such as folder/*.csv"
        )
    kinds = {file: kind_of(file) for file in spread(files, MOST_LOOKED_AT)}
    counts = Counter(kind.content for kind in kinds.values())
    if len(counts) > 1:
        said = ", ".join(f"{count} {content}" for content, count in counts.most_common())
        examples = sorted({_own_pattern(file) for file in kinds})
        raise LogSourceError(
            f"{path} has files of several kinds ({said}): a build reads one kind. Inspect"
            f" one of {', '.join(examples[:4])}"
        )
    return FoundFiles(pattern, tuple(files), kinds[files[0]])


def spread(files: list[Path], most: int) -> list[Path]:
    """At most so many files, the first and the last among them."""
    if len(files) <= most:
        return files
    step = (len(files) - 1) / (most - 1)
    return [files[round(number * step)] for number in range(most)]


def _files_below(folder: Path) -> list[Path]:
    """The files of a folder, without those that programs keep for themselves."""
    found = []
    for parent, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if name[0] not in "._")
        found += [Path(parent) / name for name in names if name[0] not in "._"]
    return sorted(found)


def _pattern(folder: Path, files: list[Path]) -> str:
    """A pattern for the files of a folder."""
    endings = {"".join(file.suffixes[-2:]) for file in files}
    last = {file.suffix for file in files}
    ending = endings.pop() if len(endings) == 1 else last.pop() if len(last) == 1 else ""
    is_flat = all(file.parent == folder for file in files)
    return f"{literal(str(folder))}/{'' if is_flat else '**/'}*{ending}"


def _own_pattern(file: Path) -> str:
    return f"'{file.parent}/*{file.suffix}'"
