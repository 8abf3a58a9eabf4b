"""Files of object storage and web servers, copied to this machine.

The library fsspec reads them, with the credentials that you have set up for it: for `s3://`
with the package s3fs, for `gs://` with gcsfs, for `https://` with aiohttp.
"""

import contextlib
import glob
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from scripts.build.copy_notes import CopyNotes, place_below
from scripts.build.log_source import LogSourceError

# What tells one version of a file from another, by different file systems.
VERSIONS = ("ETag", "etag", "md5Hash", "mtime", "LastModified", "updated", "modified")


def is_remote(pattern: str) -> bool:
    """Whether a path or pattern lies elsewhere."""
    return "://" in pattern


def download(
    folder: Path, pattern: str, say: Callable[[str], object] = lambda _: None
) -> str:
    """Copy the files that a URL, or a pattern of URLs, finds.

    A file that has neither size nor version is copied each time.

    Returns:
        A path or pattern that finds the copies.

    Raises:
        LogSourceError: there is none, or they cannot be read.
    """
    with _errors(pattern) as shown:
        system, path, files = _find(pattern)
        if not files and not _is_pattern(path):
            raise LogSourceError(
                f"{shown} is a folder: expected a pattern such as {shown.rstrip('/')}/*.csv"
            )
        if not files:
            raise LogSourceError(f"{shown} finds no file: expected CSV, JSON or Parquet")
        _fetch(folder, system, files, say, shown)
    places = {_place(folder, name) for name in files}
    for copy in (folder / "files").rglob("*"):
        if copy.is_file() and copy not in places:
            copy.unlink()
    if not _is_pattern(path):
        return glob.escape(str(next(iter(places))))
    endings = {place.suffix for place in places}
    ending = endings.pop() if len(endings) == 1 else ""
    return f"{glob.escape(str(folder / 'files'))}/**/*{ending}"


def versions(pattern: str) -> dict[str, list[Any]] | None:
    """Size and version of the files that a URL or a pattern finds.

    Returns:
        None if they cannot be listed, or one of them says neither size nor version.
    """
    try:
        with _errors(pattern):
            _, _, files = _find(pattern)
    except LogSourceError:
        return None
    stamps = {name: _stamp(info) for name, info in files.items()}
    return None if any(None in stamp for stamp in stamps.values()) else stamps


def _find(pattern: str) -> tuple[Any, str, dict[str, dict[str, Any]]]:
    """The file system, its own name of the pattern, and the files that this finds."""
    import fsspec

    system, path = fsspec.url_to_fs(pattern)
    names = sorted(system.glob(path)) if _is_pattern(path) else [path]
    found = {str(name): system.info(name) for name in names}
    return system, path, {n: info for n, info in found.items() if info["type"] == "file"}


@contextlib.contextmanager
def _errors(pattern: str) -> Iterator[str]:
    """Report an error of a service as one sentence.

    Yields:
        The pattern, for messages.
    """
    _check_address(pattern)
    shown = _without_query(pattern)
    try:
        yield shown
    except LogSourceError:
        raise
    except FileNotFoundError as error:
        raise LogSourceError(
            f"No file at {shown}: expected CSV, JSON or Parquet"
        ) from error
    except Exception as error:  # Each service has errors of its own.
        reason = str(error).split("\n")[0].rstrip(".") or type(error).__name__
        refused = isinstance(error, PermissionError) or "credentials" in reason
        advice = ". Check the credentials, and what they may read" if refused else ""
        raise LogSourceError(f"{shown} cannot be read: {reason}{advice}") from error


def _is_pattern(path: str) -> bool:
    """Whether it can find several files; ? begins the query of a URL."""
    return "*" in path or "[" in path


def _fetch(
    folder: Path,
    system: Any,
    files: dict[str, dict[str, Any]],
    say: Callable[[str], object],
    shown: str,
) -> None:
    """Copy the files that are new or have changed."""
    notes = CopyNotes(folder / "downloads.json")
    known = notes.read()
    stamps = {name: _stamp(info) for name, info in files.items()}
    missing = [
        name
        for name, stamp in stamps.items()
        if None in stamp or known.get(name) != stamp or not _place(folder, name).exists()
    ]
    if missing:
        say(f"Copying {len(missing)} of {len(files)} files of {shown} ...")
    for name in missing:
        place = _place(folder, name)
        unfinished = place.with_name(f".{place.name}")
        unfinished.parent.mkdir(parents=True, exist_ok=True)
        try:
            system.get_file(name, str(unfinished))
            unfinished.replace(place)
        finally:
            unfinished.unlink(missing_ok=True)
        notes.write(known := known | {name: stamps[name]})


def _stamp(info: dict[str, Any]) -> list[Any]:
    """Size and version of a file; None for what is not known."""
    version = next((str(info[name]) for name in VERSIONS if info.get(name)), None)
    return [info.get("size"), version]


def _place(folder: Path, name: str) -> Path:
    """Where the copy of a file lies; a query is no part of its name."""
    parts = urlsplit(name) if "://" in name else None
    plain = f"/{parts.netloc}{parts.path}" if parts else f"/{name.lstrip('/')}"
    return place_below(folder / "files", plain)


def _without_query(url: str) -> str:
    """A URL for messages, without a signature."""
    return url.partition("?")[0]


def _check_address(url: str) -> None:
    """See that a URL has no password: releases and messages name what they read.

    Raises:
        LogSourceError: it has one.
    """
    for part in url.split("::"):
        if "@" in urlsplit(part).netloc:
            raise LogSourceError(
                f"A URL of {urlsplit(part).hostname} has a user or a password in it: set"
                " them up where its own tools read them"
            )
