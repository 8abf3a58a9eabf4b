"""Write the lock files from pyproject.toml: `make lock`.

A locked version stays unless pyproject.toml asks for another one, or --upgrade for the
newest. All extras are resolved together, so that they agree.
"""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from scripts.build_folder import PROJECT
from scripts.maintenance.dependencies import (
    EXTRA_LOCKS,
    EXTRAS_BEFORE,
    RUN_LOCK,
    DependencyError,
    read_lock,
)

COMPILE = (
    *("pip", "compile", "--quiet", "--generate-hashes", "--no-emit-index-url"),
    # For every system, with the same versions on each supported Python.
    *("--universal", "--python-version", "3.11", "--fork-strategy", "fewest"),
    *("--custom-compile-command", "make lock"),
)


def lock(*, upgrade: bool) -> None:
    """Resolve everything, then write to each lock what the locks before it lack.

    Args:
        upgrade: take the newest versions that pyproject.toml permits.

    Raises:
        DependencyError: no set of versions fits, or uv is missing.
    """
    locks = [RUN_LOCK, *EXTRA_LOCKS.values()]
    with tempfile.TemporaryDirectory() as folder:
        whole = Path(folder) / "whole.lock"
        # uv keeps the versions in its output file.
        whole.write_text("".join(file.read_text() for file in locks if file.exists()))
        _compile(whole, "--all-extras", *(["--upgrade"] if upgrade else []))
        locked: dict[str, set[tuple[str, str]]] = {}
        for extra, file in {"": RUN_LOCK, **EXTRA_LOCKS}.items():
            options = ["--extra", extra] if extra else []
            before = ["", *EXTRAS_BEFORE[extra]] if extra else []
            known = set().union(*(locked[other] for other in before))
            new = Path(folder) / file.name
            shutil.copy(whole, new)
            _compile(new, *options)
            # What a lock needs on some systems alone, a later one may need on all.
            needed = {(one.name, one.marker) for one in read_lock(new)}
            left_out = sorted(name for name, _ in needed & known)
            _compile(new, *options, *(f"--no-emit-package={name}" for name in left_out))
            locked[extra] = needed
            # At the end uv lists the packages that it left out.
            text, _, _ = new.read_text().partition("\n# The following packages were excl")
            file.write_text(text.rstrip() + "\n")


def _compile(file: Path, *options: str) -> None:
    uv = Path(sys.executable).with_name("uv")
    try:
        outcome = subprocess.run(
            [uv, *COMPILE, *options, "pyproject.toml", "--output-file", file],
            cwd=PROJECT,
            capture_output=True,
            text=True,
            check=False,
        )
    except OSError as error:
        raise DependencyError(f"{uv} cannot be run: `make lint` installs it") from error
    if outcome.returncode:
        raise DependencyError(f"Nothing was locked: {outcome.stderr.strip()}")
