"""The inputs of a build and the mapping that describes the log, checked before dbt starts.

This module checks the bytes of files, input_columns.py the columns, and scripts/settings
the settings.
"""

import codecs
import glob
import gzip
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from scripts.build_folder import PROJECT
from scripts.reported_error import ReportedError
from scripts.settings.settings_yaml import SettingsTooLargeError, read_settings_file

SAMPLE_BYTES = 65_536


class LogSourceError(ReportedError):
    """A log or a mapping that cannot be read; the message says what to do."""


def read_mapping(path: Path) -> dict[str, Any]:
    """Read a mapping file: a YAML file of dbt variables.

    Raises:
        LogSourceError: no such file, no YAML, or not a set of `name: value` lines.
    """
    try:
        content = read_settings_file(path)
    except FileNotFoundError as error:
        shipped = sorted(file.name for file in path.parent.glob("*.yml"))
        known = f"; in {path.parent} there are {', '.join(shipped)}" if shipped else ""
        raise LogSourceError(
            f"No mapping at {path}: expected a YAML file{known}"
        ) from error
    except OSError as error:
        raise LogSourceError(f"Cannot read the mapping {path}: {error.strerror}") from error
    except SettingsTooLargeError as error:
        raise LogSourceError(f"{path}: {error}") from error
    except (yaml.YAMLError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        where = f", line {mark.line + 1}" if mark else ""
        raise LogSourceError(
            f"{path}{where} is not YAML: expected lines such as `time_format: epoch_ms`"
        ) from error
    if content is None:
        return {}  # Comments alone.
    if not isinstance(content, dict) or not all(isinstance(key, str) for key in content):
        raise LogSourceError(
            f"{path} has no settings, but {' '.join(str(content).split())[:100]}: expected"
            " lines such as `columns: {customer_id: visitor}`; mappings/ has examples"
        )
    return content


@dataclass(frozen=True)
class DeclaredColumn:
    """A column of an input, as the sources of dbt declare it.

    Attributes:
        only_if_named: a column of this name is read only if the settings name it.
    """

    is_optional: bool
    only_if_named: bool


def declared_inputs() -> dict[str, dict[str, DeclaredColumn]]:
    """The columns of the inputs of a build, by our names."""
    file = PROJECT / "models" / "staging" / "_staging__sources.yml"
    (source,) = yaml.safe_load(file.read_text(encoding="utf-8"))["sources"]
    return {
        table["name"]: {column["name"]: _declared(column) for column in table["columns"]}
        for table in source["tables"]
    }


def _declared(column: dict[str, Any]) -> DeclaredColumn:
    meta = column.get("config", {}).get("meta", {})
    return DeclaredColumn(meta.get("optional", False), meta.get("only_if_named", False))


def side_inputs(settings: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """The side inputs that the settings name: name, path or pattern.

    Such a setting that is not valid is left out: the check of the settings reports it.
    """
    for name in declared_inputs():
        if name == "log":
            continue
        given = settings.get(name)
        described = given if isinstance(given, dict) else {"path": given}
        path = described.get("path")
        if isinstance(path, str) and path:
            yield name, path


def matching(pattern: str) -> list[Path]:
    """What a path or a glob of paths finds, in the order in which it is read."""
    # pathlib's glob takes no absolute pattern.
    names = sorted(glob.glob(pattern, recursive=True))  # noqa: PTH207
    # A spreadsheet program keeps such a file while it has a workbook open.
    return [Path(name) for name in names if not Path(name).name.startswith("~$")]


def check_side_inputs(settings: dict[str, Any]) -> None:
    """Look at the side inputs that the settings name.

    Raises:
        LogSourceError: one cannot be read.
    """
    for name, path in side_inputs(settings):
        check_log(path, f"file for {name}")


def check_log(pattern: str, what: str = "log") -> list[Path]:
    """Find the files of a log and look at the beginning of each.

    Args:
        pattern: a path, or a glob of paths.
        what: what the files are, for messages.

    Returns:
        The files, in the order in which they are read.

    Raises:
        LogSourceError: no file, or one that is a folder, empty, unreadable, damaged, or
            no text in UTF-8 and no Parquet.
    """
    files = matching(pattern) or [Path(pattern)]
    for file in files:
        if file.is_dir():
            raise LogSourceError(
                f"{file} is a folder: expected a file or a pattern such as {file}/*.csv"
            )
        beginning, end = _look_into(file, what)
        if not beginning:
            rows = "one row per interaction" if what == "log" else "rows"
            raise LogSourceError(f"{file} is empty: expected a header and {rows}")
        if file.suffix == ".parquet":
            _check_parquet(file, beginning, end)
        else:
            _check_text(file, beginning)
    return files


def _look_into(file: Path, what: str) -> tuple[bytes, bytes]:
    """The beginning of what a file holds, unpacked, and the last bytes of the file.

    Raises:
        LogSourceError: it cannot be read, or is not a complete gzip file.
    """
    try:
        with file.open("rb") as stream:
            beginning = stream.read(SAMPLE_BYTES)
            stream.seek(max(0, file.stat().st_size - 4))
            end = stream.read(4)
        if beginning.startswith(b"\x1f\x8b") and file.suffix != ".gz":
            raise LogSourceError(
                f"{file} is a gzip file: give its name the suffix .gz (in lower case)"
            )
        if file.suffix == ".gz" and beginning:
            # To its end, where it says whether it is whole.
            with gzip.open(file) as stream:
                beginning = stream.read(SAMPLE_BYTES)
                while stream.read(2**24):
                    pass
    except FileNotFoundError as error:
        raise LogSourceError(
            f"No {what} at {file}: expected a CSV, JSON or Parquet file, or a pattern"
            " such as folder/*.csv"
        ) from error
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise LogSourceError(f"{file} is not a complete gzip file: {error}") from error
    except OSError as error:
        raise LogSourceError(f"Cannot read {file}: {error.strerror}") from error
    return beginning, end


def _check_parquet(file: Path, beginning: bytes, end: bytes) -> None:
    """See that a file is whole."""
    if not beginning.startswith(b"PAR1") or end != b"PAR1":
        raise LogSourceError(
            f"{file} is not a complete Parquet file: expected PAR1 at its beginning"
            " and end. Was it copied completely? A CSV file needs another suffix."
        )


def _check_text(file: Path, beginning: bytes) -> None:
    """See that a file is text in UTF-8, by its first line that is not empty."""
    if beginning.startswith(b"PAR1"):
        raise LogSourceError(f"{file} is a Parquet file: give its name the suffix .parquet")
    if beginning.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        is_json = beginning[2:20].replace(b"\0", b"").lstrip()[:1] in (b"{", b"[")
        raise LogSourceError(
            f"{file} is JSON in UTF-16: write it as UTF-8 (iconv -f UTF-16 -t UTF-8)"
            if is_json
            else f"{file} is UTF-16: name the encoding in the mapping (`encoding: utf-16`)"
        )
    if b"\0" in beginning:
        raise LogSourceError(
            f"{file} is not text (it has zero bytes): expected CSV, JSON or Parquet. Name"
            " the encoding in the mapping if it is text."
        )
    lines = enumerate(beginning.splitlines(), 1)
    number, line = next((one for one in lines if one[1].strip()), (1, b""))
    try:
        line.decode(errors="ignore" if len(line) == SAMPLE_BYTES else "strict")
    except UnicodeDecodeError as error:
        raise LogSourceError(
            f"{file}, line {number} is not UTF-8 (byte {error.start + 1} is"
            f" {error.object[error.start]:#x}): name the encoding in the mapping, such as"
            " `encoding: windows-1252`"
        ) from error


def literal(pattern: str) -> str:
    """The pattern, or one that means just that file where a file has the pattern's name."""
    return glob.escape(pattern) if Path(pattern).exists() else pattern
