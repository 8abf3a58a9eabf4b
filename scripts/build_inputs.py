"""Whether anything that a build reads has changed since the one before."""

import glob
import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from scripts.build_folder import PROJECT, BuildFolder

SIDE_INPUTS = (
    "customer_attributes",
    "product_attributes",
    "suppressions",
    "contacts",
    "experiment_units",
)
PROJECT_FILES = ("models/**/*", "macros/**/*", "seeds/*", "scripts/*", "dbt_project.yml")
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


def log_files(log: str) -> list[Path]:
    """The files of a log, as its path or pattern names them."""
    # pathlib's glob takes no absolute pattern.
    found = map(Path, glob.glob(log, recursive=True))  # noqa: PTH207
    return sorted(file for file in found if file.is_file())


def _files(folder: BuildFolder, settings: dict[str, Any], log: str) -> Iterator[Path]:
    yield from log_files(log)
    for name in SIDE_INPUTS:
        given = settings.get(name)
        path = given.get("path") if isinstance(given, dict) else given
        if path:
            yield from log_files(str(path))
    for root, patterns in ((PROJECT, PROJECT_FILES), (folder.root, KEPT_FILES)):
        for pattern in patterns:
            yield from (file for file in root.glob(pattern) if file.is_file())
