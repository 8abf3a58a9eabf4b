"""Whether anything that a build reads has changed since the one before."""

import hashlib
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from scripts.build.log_source import matching, side_inputs
from scripts.build.project_fingerprint import RESULT_FILES, project_files
from scripts.build.remote_files import is_remote, versions
from scripts.build_folder import BuildFolder

# A refresh builds if one of these files, of the project or the build folder, has changed.
BUILD_FILES = (*RESULT_FILES, "scripts/**/*")
KEPT_FILES = ("exports/*/ledger.parquet", "suppressions/*.parquet", "evidence/*.parquet")


def fingerprint_of_inputs(folder: BuildFolder, settings: dict[str, Any]) -> str | None:
    """A hash of the settings and of the names, sizes and times of all files that are read.

    Returns:
        None where some of them lie elsewhere, and cannot be listed with their versions.
    """
    patterns = [str(settings["log"]), *(path for _, path in side_inputs(settings))]
    remote = {pattern: versions(pattern) for pattern in patterns if is_remote(pattern)}
    if None in remote.values():
        return None
    known = json.dumps([settings, remote], sort_keys=True, default=str)
    hashed = hashlib.sha256(known.encode())
    for file in sorted(set(_files(folder, patterns))):
        try:
            stat = file.stat()
        except OSError:
            continue  # Gone since it was listed: the build will say what it misses.
        hashed.update(f"{file}\0{stat.st_size}\0{stat.st_mtime_ns}\n".encode())
    return hashed.hexdigest()


def _files(folder: BuildFolder, patterns: Iterable[str]) -> Iterator[Path]:
    for pattern in patterns:
        if not is_remote(pattern):
            yield from matching(pattern)
    yield from project_files(BUILD_FILES)
    for pattern in KEPT_FILES:
        yield from (file for file in folder.root.glob(pattern) if file.is_file())
