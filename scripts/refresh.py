"""Take in what is new in the log, and publish: what `make refresh` runs, every day or hour.

It builds with the settings of the current release, so that nothing is to be said again, and
goes on from the last build: of the log it reads the files that are new.
"""

import argparse
import sys

from rich.console import Console

from scripts import bounds
from scripts.build import carry_out, check_writable, rebuild
from scripts.build_folder import BuildFolder
from scripts.build_summary import print_summary
from scripts.releases import Release, ReleaseError, ReleaseFolder


def refresh(folder: BuildFolder, console: Console) -> Release:
    """Build with the settings of the current release, and publish.

    Raises:
        ReleaseError: there is no release to go on from.
        REPORTED_ERRORS of scripts.build: nothing was published.
    """
    bounds.check_environment()
    check_writable(folder)
    current = ReleaseFolder(folder.releases).readable()
    if current is None:
        raise ReleaseError(
            "There is no release to refresh: build one from your log with"
            " `make build LOG='folder/*.csv'`; `make refresh` goes on with its settings"
        )
    timings: dict[str, float] = {}
    with folder.lock() as lock:
        release, run = rebuild(folder, console, current, lock, timings)
    print_summary(console, release, run, timings)
    return release


def main(arguments: list[str] | None = None) -> int:
    """Run the program; returns the exit code."""
    argparse.ArgumentParser(
        prog="python -m scripts.refresh",
        description="Take in what is new in the log of the current release, and publish.",
    ).parse_args(arguments)
    return carry_out(refresh)


if __name__ == "__main__":
    sys.exit(main())
