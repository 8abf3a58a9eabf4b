"""List what a build and the API depend on, as a Markdown table: version and license.

python -m scripts.maintenance.licenses > LICENSES.md
"""

import argparse
import sys

from scripts.maintenance.dependencies import (
    RUN_LOCK,
    DependencyError,
    is_permitted,
    read_lock,
    reasons,
)


def license_table() -> str:
    """A row per dependency that is needed on this machine.

    Raises:
        DependencyError: one is not installed, or its license is not permitted.
    """
    rows = ["| package | version | license | note |", "|---|---|---|---|"]
    for dependency in read_lock(RUN_LOCK):
        if not dependency.is_needed_here:
            continue
        found = dependency.license
        if not is_permitted(found):
            raise DependencyError(
                f"{dependency.name} {dependency.version} has the license {found}, expected"
                " one that scripts/maintenance/dependencies.py permits: do without it, or"
                " permit it there with a reason"
            )
        note = "; ".join(reasons(found))
        rows.append(f"| {dependency.name} | {dependency.version} | {found} | {note} |")
    return "\n".join(rows)


def main(arguments: list[str] | None = None) -> int:
    """Run the program; returns the exit code."""
    argparse.ArgumentParser(
        prog="python -m scripts.maintenance.licenses",
        description="List the run-time dependencies with version and license.",
    ).parse_args(arguments)
    try:
        print(license_table())
    except (DependencyError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
