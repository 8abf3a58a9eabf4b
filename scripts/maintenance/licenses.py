"""List the run-time dependencies as a Markdown table, with version and license."""

from scripts.maintenance.dependencies import (
    RUN_LOCK,
    DependencyError,
    is_permitted,
    read_lock,
    reasons,
)


def license_table() -> str:
    """The table: a row per dependency that this machine needs.

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
                " one that scripts/maintenance/dependencies.py permits: remove the"
                " dependency, or permit its license there with a reason"
            )
        note = "; ".join(reasons(found))
        rows.append(f"| {dependency.name} | {dependency.version} | {found} | {note} |")
    return "\n".join(rows)
