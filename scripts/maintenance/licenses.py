"""List what a build and the API depend on, as a Markdown table: version and license.

python -m scripts.maintenance.licenses > LICENSES.md
"""

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
