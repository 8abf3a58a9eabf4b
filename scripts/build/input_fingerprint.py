"""Whether anything that a build reads has changed since the one before."""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from scripts.build.log_source import matching, side_inputs
from scripts.build.project_fingerprint import RESULT_FILES, project_files
from scripts.build_folder import BuildFolder

# A refresh builds if one of these files, of the project or the build folder, has changed.
BUILD_FILES = (*RESULT_FILES, "scripts/**/*")
KEPT_FILES = ("exports/*/ledger.parquet", "suppressions/*.parquet", "evidence/*.parquet")


def fingerprint_of_inputs(folder: BuildFolder, settings: dict[str, Any]) -> str | None:
    """A hash of the settings and of the names, sizes and times of all files that are read.

    Returns:
        None where some of them lie where only a cluster finds them.
    """
    log = str(settings["log"])
    if "://" in log:
        return None
    hashed = hashlib.sha256(json.dumps(settings, sort_keys=True, default=str).encode())
    for file in sorted(set(_files(folder, settings, log))):
        try:
            stat = file.stat()
        except OSError:
            continue  # Gone since it was listed: the build will say what it misses.
        hashed.update(f"{file}\0{stat.st_size}\0{stat.st_mtime_ns}\n".encode())
    return hashed.hexdigest()


def _files(folder: BuildFolder, settings: dict[str, Any], log: str) -> Iterator[Path]:
    yield from matching(log)
    for _, path in side_inputs(settings):
        yield from matching(path)
    yield from project_files(BUILD_FILES)
    for pattern in KEPT_FILES:
        yield from (file for file in folder.root.glob(pattern) if file.is_file())
