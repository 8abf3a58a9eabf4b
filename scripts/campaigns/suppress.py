"""Note opt-outs, and publish a release without these customers.

The opt-outs are in the build folder, a file per call (suppressions/<time>.parquet), and
every later build reads them. To revoke one, remove its file and build again.
"""

import duckdb
from rich.console import Console

from scripts import resource_limits
from scripts.build.input_fingerprint import fingerprint_of_inputs
from scripts.build.pipeline import rebuild
from scripts.build.preconditions import BuildError, check_writable
from scripts.build_folder import BuildFolder, shown
from scripts.campaigns.opt_outs import (
    canonical_id,
    customers_in,
    has_numbers,
    note_opt_outs,
)
from scripts.releases.publish import drift_check
from scripts.releases.release_folder import Release, ReleaseError, ReleaseFolder
from scripts.releases.run_history import recorded_run
from scripts.reported_error import ReportedError


class SuppressionError(ReportedError):
    """An opt-out that cannot be recorded; the message says what was expected."""


def suppress(
    folder: BuildFolder,
    console: Console,
    customer_ids: list[str],
    reason: str,
    accepted_drift: str | None = None,
) -> Release:
    """Note opt-outs, then build with the settings of the current release and publish.

    The opt-outs are kept even if the build fails: the next one reads them.

    Raises:
        SuppressionError: the log cannot contain an id; nothing was recorded.
        BuildError, DriftError, LogSourceError, ReleaseError, FolderInUseError: nothing was
            published.
    """
    resource_limits.check_environment()
    check_writable(folder)
    current = ReleaseFolder(folder.releases).readable()
    if current is None:
        raise ReleaseError(
            "There is no release to leave customers out of: run `audience build`"
        )
    with recorded_run(folder, "suppress") as run, folder.lock() as lock:
        customer_ids = _ids(current, customer_ids)
        opt_outs = note_opt_outs(folder, customer_ids, reason)
        served = len(customers_in(current.database, customer_ids))
        console.print(
            f"Opted out: {len(customer_ids)}, of which {served} in the current release;"
            f" recorded in {shown(opt_outs)}",
            soft_wrap=True,
        )
        target = current.manifest.get("engine", "duckdb")
        # The build includes new files of the log as well.
        run.inputs = fingerprint_of_inputs(folder, current.manifest["settings"])
        drift = drift_check(folder, target, run, accepted_drift)

        def check() -> list[str]:
            check_opt_outs(folder, customer_ids, target)
            return drift()

        release, _ = rebuild(
            folder,
            console,
            current,
            lock,
            timings={},
            check=check,
        )
        run.publish(release)
    console.print(
        f"{release.release_id} is served; none of its answers contains them. Earlier"
        " releases still do."
    )
    return release


def _ids(release: Release, customer_ids: list[str]) -> list[str]:
    """The ids in the form of a release's log.

    Raises:
        SuppressionError: the log cannot contain one.
    """
    with duckdb.connect(release.database, read_only=True) as connection:
        is_number = has_numbers(connection, "customers")
    ids = []
    for customer_id in customer_ids:
        found = canonical_id(customer_id, is_number=is_number)
        if found is None:
            raise SuppressionError(
                f"{customer_id!r} cannot be a customer of this log: expected"
                f" {'a whole number within 64 bits' if is_number else 'some text'}"
            )
        ids.append(found)
    return ids


def check_opt_outs(folder: BuildFolder, customer_ids: list[str], target: str) -> None:
    """Check that the tables to publish contain no customer who opted out.

    Raises:
        BuildError: they do.
    """
    if target == "spark":
        remaining = customers_in(None, customer_ids, folder.spark_mart("customers"))
    else:
        remaining = customers_in(folder.warehouse, customer_ids, "marts.customers")
    if remaining:
        raise BuildError(
            f"The build still contains {', '.join(remaining)}, although the opt-out is"
            f" noted in {shown(folder.suppressions)}"
        )
