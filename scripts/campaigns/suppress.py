"""Note opt-outs, and publish a release without these customers.

A running API leaves noted customers out at once, whatever becomes of the release. The
opt-outs are in the build folder, a file per call (suppressions/<time>.parquet), and every
later build reads them. To revoke one, remove its file and build again.
"""

import duckdb
from rich.console import Console

from scripts import resource_limits
from scripts.build.input_fingerprint import fingerprint_of_inputs
from scripts.build.pipeline import rebuild
from scripts.build.preconditions import BuildError, check_writable
from scripts.build_folder import BuildFolder, shown
from scripts.campaigns.checked_customers import check_customers
from scripts.campaigns.opt_outs import (
    customers_in,
    note_opt_outs,
    tell_api,
    texts_of_noted,
)
from scripts.releases.publish import drift_check
from scripts.releases.release_folder import Release, ReleaseError, ReleaseFolder
from scripts.releases.run_history import recorded_run
from scripts.reported_error import ReportedError


class SuppressionError(ReportedError):
    """Opt-outs that are refused; the message says why, and whether others are noted."""


class HeldBackError(ReportedError):
    """The opt-outs are noted and in effect, but no release was published."""

    exit_code = 3


def suppress(
    folder: BuildFolder,
    console: Console,
    customer_ids: list[str],
    reason: str,
    accepted_drift: str | None = None,
    *,
    is_forced: bool = False,
) -> Release:
    """Note opt-outs, then build with the settings of the current release and publish.

    Without a release that can be read, the customers are noted unchecked.

    Args:
        is_forced: whether to note customers whom the current release does not contain.

    Returns:
        The release that is served.

    Raises:
        BuildError, OSError, duckdb.Error: nothing was noted.
        SuppressionError: some customers were refused; the others are noted.
        HeldBackError: everything was noted, and nothing was published.
    """
    check_writable(folder)
    current, trouble = _current(folder, customer_ids)
    noted = _noted_before(folder)
    checked = check_customers(current, noted, customer_ids, is_forced=is_forced)
    if not checked.ids:
        raise SuppressionError(f"{checked.refusal}. Nothing was noted")
    served = customers_in(current.database, checked.ids) if current else []
    new = [one for one in checked.ids if one not in noted]
    among_new = f"of which {len(set(new) & set(served))} in the current release"
    _note(folder, console, new, reason, among_new if current else "not checked")
    try:
        if current is None:
            raise HeldBackError(
                "The opt-outs are in effect, but the ids were not checked, and no release"
                f" without these customers was published: {trouble}"
            )
        release = current
        if served:
            release = _replace(folder, console, current, checked.ids, accepted_drift)
        else:
            console.print("No release is built: the current one does not contain them.")
    except HeldBackError as error:
        if checked.refusal:
            raise SuppressionError(f"{checked.refusal}. {error}") from error
        raise
    if checked.refusal:
        raise SuppressionError(f"{checked.refusal}. The others are noted")
    return release


def _note(
    folder: BuildFolder, console: Console, new: list[str], reason: str, found: str
) -> None:
    """Note opt-outs of customers who had not opted out before; the API sees them at once.

    Args:
        found: what the current release says of them.
    """
    if new:
        opt_outs = note_opt_outs(folder, new, reason)
        console.print(
            f"Opted out: {len(new)}, {found}; noted in {shown(opt_outs)}", soft_wrap=True
        )
    else:
        tell_api(folder)
        console.print("All of them have opted out before.")
    console.print(
        "They are in effect: a running API leaves these customers out of every answer"
        " within two seconds, and the next release does not contain them.",
        soft_wrap=True,
    )


def _replace(
    folder: BuildFolder,
    console: Console,
    current: Release,
    customer_ids: list[str],
    accepted_drift: str | None,
) -> Release:
    """Publish a release without customers, in the place of the current one.

    Raises:
        HeldBackError: it could not be published.
    """
    try:
        release = _publish_without(folder, console, current, customer_ids, accepted_drift)
    except (ReportedError, OSError, MemoryError, duckdb.Error) as error:
        raise HeldBackError(
            "The opt-outs are in effect, but no release without these customers could be"
            f" published: {resource_limits.reason(error, folder)}"
        ) from error
    console.print(
        f"{release.release_id} is served and does not contain them. The files of earlier"
        " releases still do."
    )
    return release


def _current(folder: BuildFolder, customer_ids: list[str]) -> tuple[Release | None, str]:
    """The served release; or None, and why none can be read: that holds back no opt-out."""
    try:
        current = ReleaseFolder(folder.releases).readable()
        if current is None:
            return None, "there is no release: run `audience build`"
        current.check()
        customers_in(current.database, customer_ids)  # Fails if the file is damaged.
    except (ReleaseError, OSError, duckdb.Error) as error:
        return None, str(error)
    return current, ""


def _publish_without(
    folder: BuildFolder,
    console: Console,
    current: Release,
    customer_ids: list[str],
    accepted_drift: str | None,
) -> Release:
    """Build and publish with the settings of a release."""
    resource_limits.check_environment()
    with recorded_run(folder, "suppress") as run, folder.lock() as lock:
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
    return release


def _noted_before(folder: BuildFolder) -> set[str]:
    """All noted ids; none if a file is damaged, which holds back no further opt-out."""
    try:
        return set(texts_of_noted(folder))
    except duckdb.Error:
        return set()


def check_opt_outs(folder: BuildFolder, customer_ids: list[str], target: str) -> None:
    """Check that the tables to publish contain no customer who opted out.

    Raises:
        BuildError: they do; the message names no customer, because the history keeps it.
    """
    if target == "spark":
        remaining = customers_in(None, customer_ids, folder.spark_mart("customers"))
    else:
        remaining = customers_in(folder.warehouse, customer_ids, "marts.customers")
    if remaining:
        raise BuildError(
            f"The build still contains {len(remaining)} of these customers, although their"
            f" opt-outs are noted in {shown(folder.suppressions)}"
        )
