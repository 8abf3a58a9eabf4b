"""Copies of input files that the engines cannot read, in a form that they can read.

Files that lie elsewhere are copied to this machine first.

A pattern of files has a pattern of copies: `/data/*.json` becomes
`build/readable/data/*.json.parquet`. A copy is made when its file is new or has changed,
and removed when its file is gone.
"""

import glob
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from scripts.build.copied_rows import write_rows
from scripts.build.copied_text import write_text
from scripts.build.copy_notes import CopyNotes
from scripts.build.file_kinds import UNPACK, FileKind, check_readable, kind_of
from scripts.build.log_source import LogSourceError, declared_inputs, matching
from scripts.build.remote_files import download, is_remote
from scripts.build_folder import shown
from scripts.settings.build_settings import BuildSettings
from scripts.settings.input_settings import InputFormat

UTF_8 = "utf-8"
# Files said to be latin-1 are often windows-1252, whose signs latin-1 lacks.
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
    copies = _Copies(folder.resolve(), say, most_bytes)
    changed: dict[str, Any] = {}
    for name in declared_inputs():
        written: Any = checked if name == "log" else getattr(checked, name)
        if written is None:
            continue
        pattern = checked.log if name == "log" else written.path
        place = pattern
        if is_remote(pattern):
            place = download(folder.resolve() / "remote" / name, pattern, say)
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
    return Path("/", file.relative_to(folder)).with_suffix("")


class _Copies:
    """The copies in a folder."""

    def __init__(
        self, folder: Path, say: Callable[[str], object], most_bytes: int | None
    ) -> None:
        self.folder = folder
        self.say = say
        self.most_bytes = most_bytes
        # How each copy was made.
        self.notes = CopyNotes(folder / "copies.json")

    def settings_for(self, pattern: str, written: InputFormat[Any]) -> dict[str, Any]:
        """Copy the files of an input; returns the settings that read the copies.

        Returns:
            Nothing where the files can be read as they are.

        Raises:
            LogSourceError: a file cannot be read.
        """
        kinds = {file: kind_of(file) for file in matching(pattern) if file.is_file()}
        for file, kind in kinds.items():
            check_readable(file, kind)
        if not any(_must_be_copied(kind, written) for kind in kinds.values()):
            return {}
        of_rows = [file for file, kind in kinds.items() if not kind.has_text]
        of_text = [file for file, kind in kinds.items() if kind.has_text]
        if of_rows and of_text:
            raise LogSourceError(
                f"{pattern} matches files of several kinds ({of_text[0]}, {of_rows[0]}):"
                " expected one kind. Narrow the pattern."
            )
        ending = ".parquet" if of_rows else ".csv"
        self._copy(kinds, written, ending)
        replaced: dict[str, Any] = {
            "path": _below(glob.escape(str(self.folder)), pattern, ending)
        }
        if written.encoding != UTF_8:
            replaced["encoding"] = UTF_8
        if written.unnest:
            replaced["unnest"] = None
        self._remove_others(replaced["path"], kinds, ending)
        return replaced

    def _copy(
        self, kinds: Mapping[Path, FileKind], written: InputFormat[Any], ending: str
    ) -> None:
        """Make the copies that are missing or older than their files."""
        notes = self.notes.read()
        how = [written.encoding, written.unnest, self.most_bytes]
        wanted = {
            file: [file.stat().st_size, file.stat().st_mtime_ns, *how] for file in kinds
        }
        missing = [
            file
            for file, note in wanted.items()
            if notes.get(str(file.absolute())) != note
            or not self._place(file, ending).exists()
        ]
        if not missing:
            return
        what = shown(missing[0].absolute())
        others = f" and {len(missing) - 1} more files" if len(missing) > 1 else ""
        self.say(f"Copying {what}{others} into a form that can be read ...")
        for file in missing:
            self._copy_file(file, kinds[file], written, self._place(file, ending))
            notes[str(file.absolute())] = wanted[file]
        self.notes.write(notes)

    def _copy_file(
        self, file: Path, kind: FileKind, written: InputFormat[Any], place: Path
    ) -> None:
        """Make one copy, as old as its file; a killed program leaves none."""
        unfinished = place.with_name(f".{place.name}")
        try:
            place.parent.mkdir(parents=True, exist_ok=True)
            if kind.has_text:
                codec = CODECS.get(written.encoding, written.encoding)
                write_text(file, kind.compression, codec, unfinished, self.most_bytes)
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
            unfinished.unlink(missing_ok=True)

    def _place(self, file: Path, ending: str) -> Path:
        """Where the copy of a file lies."""
        return Path(_below(str(self.folder), str(file), ending))

    def _remove_others(
        self, pattern: str, kinds: Mapping[Path, FileKind], ending: str
    ) -> None:
        """Remove the copies of files that are gone."""
        wanted = {self._place(file, ending) for file in kinds}
        for copy in matching(pattern):
            if copy not in wanted:
                copy.unlink()


def _below(folder: str, path: str, ending: str) -> str:
    """The place of the copies of a path or pattern."""
    # Links stay as they are: a pattern has to find the same copies.
    return f"{folder}{os.path.abspath(path)}{ending}"  # noqa: PTH100


def _must_be_copied(kind: FileKind, written: InputFormat[Any]) -> bool:
    """Whether the engines cannot read such a file as it is."""
    if kind.has_text:
        return kind.compression in UNPACK or written.encoding != UTF_8
    return kind.content.startswith("JSON") or (
        kind.content == "Parquet" and bool(written.unnest)
    )
