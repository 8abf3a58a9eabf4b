"""Copies of input files that the engines cannot read, in a form that they can read.

Files that lie elsewhere are copied to this machine first.

Those of the log lie in `build/readable/log`, and each side input has a folder of its own. A
copy is made when its file is new or has changed, and removed when its file is gone.
"""

import glob
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from scripts.build.column_order import column_orders, write_in_order
from scripts.build.copied_rows import write_rows
from scripts.build.copied_text import write_text
from scripts.build.copy_notes import CopyNotes, place_below
from scripts.build.file_kinds import (
    UNPACK,
    WORKBOOK,
    FileKind,
    check_readable,
    check_settings_of_text,
    kind_of,
)
from scripts.build.fixed_width import write_divided
from scripts.build.log_source import LogSourceError, declared_inputs, matching
from scripts.build.remote_files import download, is_remote
from scripts.build_folder import shown
from scripts.settings.build_settings import BuildSettings
from scripts.settings.input_format import InputFormat, NumberMarks

UTF_8 = "utf-8"
NOTES = "copies.json"
# How copies of sheets, and of text with fixed columns, are written.
AS_SHEETS = {"delimiter": ",", "escape": '"', "encoding": UTF_8, "column_widths": None}
# Numbers of a sheet have no marks of a country.
PLAIN_MARKS = {"decimal_mark": ".", "thousands_mark": ""}
# Files said to be latin-1 are often windows-1252, whose characters latin-1 lacks.
CODECS = {UTF_8: "", "latin-1": "windows-1252"}


def with_readable_copies(
    folder: Path,
    settings: Mapping[str, Any],
    say: Callable[[str], object] = lambda _: None,
    most_bytes: int | None = None,
) -> dict[str, Any]:
    """The settings of a build, with copies in the place of files that must be copied.

    Args:
        folder: where the copies lie.
        settings: dbt variables.
        say: gets a sentence before files are copied.
        most_bytes: of each file only so much is copied, to look at it; None copies all.

    Raises:
        SettingError: a setting is not valid.
        LogSourceError: a file cannot be read.
    """
    checked = BuildSettings.check(settings)
    changed: dict[str, Any] = {}
    for name in declared_inputs():
        written: Any = checked if name == "log" else getattr(checked, name)
        if written is None:
            continue
        pattern = checked.log if name == "log" else written.path
        place = pattern
        if is_remote(pattern):
            place = download(folder.resolve() / "remote" / name, pattern, say)
        copies = _Copies(folder.resolve() / name, say, most_bytes)
        replaced = copies.settings_for(place, written)
        if place != pattern:
            replaced = {"path": place} | replaced
        if replaced and name == "log":
            changed |= {"log": replaced.pop("path")} | replaced
        elif replaced:
            given = settings[name]
            changed[name] = (given if isinstance(given, dict) else {}) | replaced
    return {**settings, **changed}


def original_of(folder: Path | None, file: Path) -> Path:
    """The file that a copy in a folder was made of; the file itself where it is none."""
    if folder is None or not file.is_relative_to(folder):
        return file
    name = file.relative_to(folder).parts[0]
    note = CopyNotes(folder / name / NOTES).read().get(str(file))
    return Path(note[0]) if note else file


def name_originals(folder: Path, message: str) -> str:
    """A message about copies, as one about the files that they were made of."""
    for notes in folder.resolve().glob(f"*/{NOTES}"):
        for copy, note in CopyNotes(notes).read().items():
            message = message.replace(copy, note[0])
    return message


class _Copies:
    """The copies of an input."""

    def __init__(
        self, folder: Path, say: Callable[[str], object], most_bytes: int | None
    ) -> None:
        self.folder = folder
        self.say = say
        self.most_bytes = most_bytes
        # Of each copy: its file, and how it was made.
        self.notes = CopyNotes(folder / NOTES)

    def settings_for(self, pattern: str, written: InputFormat[Any]) -> dict[str, Any]:
        """Copy the files of the input; returns the settings that read the copies.

        Returns:
            Nothing where the files can be read as they are.

        Raises:
            LogSourceError: a file cannot be read.
        """
        kinds = {file: kind_of(file) for file in matching(pattern) if file.is_file()}
        for file, kind in kinds.items():
            check_readable(file, kind)
            check_settings_of_text(file, kind, written)
        are_workbooks = [kind.compression == WORKBOOK for kind in kinds.values()]
        if any(are_workbooks):
            # Whatever the settings say, their sheets are written so.
            written = written.model_copy(update=AS_SHEETS)
        codec = CODECS.get(written.encoding, written.encoding)
        orders = column_orders(kinds, written, codec)
        if not orders and not any(_must_be_copied(one, written) for one in kinds.values()):
            self._remove_others(set())
            return {}
        first_of = {_kind_of_copy(kind): file for file, kind in reversed(kinds.items())}
        if len(first_of) > 1:
            raise LogSourceError(
                f"{pattern} matches files of several kinds"
                f" ({', '.join(sorted(map(str, first_of.values())))}): expected one"
                " kind. Narrow the pattern."
            )
        ending = ".parquet" if "rows" in first_of else ".csv"
        places = {file: place_below(self.folder, str(file), ending) for file in kinds}
        self._copy(kinds, written, places, orders)
        self._remove_others(set(places.values()))
        replaced: dict[str, Any] = {"path": f"{glob.escape(str(self.folder))}/**/*{ending}"}
        if written.encoding != UTF_8:
            replaced["encoding"] = UTF_8
        if written.unnest:
            replaced["unnest"] = None
        if any(are_workbooks) or written.column_widths:
            replaced |= AS_SHEETS
        if any(are_workbooks) and isinstance(written, NumberMarks):
            replaced |= PLAIN_MARKS
        return replaced

    def _copy(
        self,
        kinds: Mapping[Path, FileKind],
        written: InputFormat[Any],
        places: Mapping[Path, Path],
        orders: Mapping[Path, list[int]],
    ) -> None:
        """Make the copies that are missing or older than their files."""
        notes = self.notes.read()
        wanted = {}
        for file in kinds:
            stat = file.stat()
            as_written = written.encoding, written.unnest, written.column_widths
            wanted[file] = [
                *(str(file.absolute()), stat.st_size, stat.st_mtime_ns, self.most_bytes),
                *(*as_written, written.comment, orders.get(file)),
            ]
        missing = [
            file
            for file, note in wanted.items()
            if notes.get(str(places[file])) != note or not places[file].exists()
        ]
        if not missing:
            return
        first = shown(missing[0].absolute())
        more = len(missing) - 1
        others = f" and {more} more {'file' if more == 1 else 'files'}" if more else ""
        self.say(f"Copying {first}{others} into a form that can be read ...")
        for file in missing:
            self._copy_file(file, kinds[file], written, places[file], orders.get(file))
            notes[str(places[file])] = wanted[file]
        kept = {str(place) for place in places.values()}
        self.notes.write({place: note for place, note in notes.items() if place in kept})

    def _copy_file(
        self,
        file: Path,
        kind: FileKind,
        written: InputFormat[Any],
        place: Path,
        order: list[int] | None,
    ) -> None:
        """Make one copy, as old as its file; a killed program leaves none."""
        unfinished = place.with_name(f".{place.name}")
        try:
            place.parent.mkdir(parents=True, exist_ok=True)
            if kind.has_text:
                codec = CODECS.get(written.encoding, written.encoding)
                write_text(file, kind.compression, codec, unfinished, self.most_bytes)
                if written.column_widths:
                    write_divided(unfinished, written.column_widths, written.comment, file)
                if order:
                    write_in_order(unfinished, order, written)
            else:
                write_rows(file, kind, written.unnest, unfinished, self.most_bytes)
            stat = file.stat()
            os.utime(unfinished, ns=(stat.st_atime_ns, stat.st_mtime_ns))
            unfinished.replace(place)
        except OSError as error:
            raise LogSourceError(
                f"Cannot copy {file} to {place}: {error.strerror or error}"
            ) from error
        finally:
            for left in place.parent.glob(f"{glob.escape(unfinished.name)}*"):
                left.unlink()

    def _remove_others(self, places: set[Path]) -> None:
        """Remove the copies of files that are gone."""
        for ending in (".csv", ".parquet"):
            for copy in self.folder.rglob(f"*{ending}"):
                if copy not in places:
                    copy.unlink()


def _kind_of_copy(kind: FileKind) -> str:
    """Files of one kind are read with the same settings."""
    if not kind.has_text:
        return "rows"
    return WORKBOOK if kind.compression == WORKBOOK else "text"


def _must_be_copied(kind: FileKind, written: InputFormat[Any]) -> bool:
    """Whether the engines cannot read such a file as it is."""
    if kind.has_text:
        is_plain = written.encoding == UTF_8 and not written.column_widths
        return kind.compression in UNPACK or not is_plain
    return kind.content.startswith("JSON") or (
        kind.content == "Parquet" and bool(written.unnest)
    )
