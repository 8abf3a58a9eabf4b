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
from scripts.campaigns.opt_outs import (
    canonical_id,
    customers_in,
    has_numbers,
    note_opt_outs,
    tell_api,
    texts_of_noted,
)
from scripts.releases.publish import drift_check
from scripts.releases.release_folder import Release, ReleaseError, ReleaseFolder
from scripts.releases.run_history import recorded_run
from scripts.reported_error import ReportedError


class SuppressionError(ReportedError):
    """Opt-outs that are refused, none of them noted; the message says why."""


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
) -> Release | None:
    """Note opt-outs, then build with the settings of the current release and publish.

    Args:
        is_forced: whether to note customers whom the current release does not contain.

    Returns:
        The release that is served; None if there was none before.

    Raises:
        SuppressionError, BuildError, ReleaseError, OSError, duckdb.Error: nothing was
            noted.
        HeldBackError: everything was noted, and nothing was published.
    """
    check_writable(folder)
    current = _current(folder, customer_ids, is_forced=is_forced)
    noted = _noted_before(folder)
    customer_ids = _checked(current, noted, customer_ids, is_forced=is_forced)
    new = [one for one in customer_ids if one not in noted]
    served = customers_in(current.database, customer_ids) if current else []
    if new:
        opt_outs = note_opt_outs(folder, new, reason)
        console.print(
            f"Opted out: {len(new)}, of which {len(set(new) & set(served))} in the current"
            f" release; noted in {shown(opt_outs)}",
            soft_wrap=True,
        )
    else:
        tell_api(folder)
        console.print("All of them have opted out before.")
    console.print(
        "They are in effect: a running API leaves these customers out of every answer"
        " within two seconds, and the next release does not contain them.",
        soft_wrap=True,
    )
    if not served:
        console.print(
            "No release is built: the current one does not contain them."
            if current
            else "No release is built: there is no current one."
        )
        return current
    assert current is not None  # Its customers were looked up.
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


def _current(
    folder: BuildFolder, customer_ids: list[str], *, is_forced: bool
) -> Release | None:
    """The served release; with force, None if there is none that can be read."""
    try:
        current = ReleaseFolder(folder.releases).readable()
        if current is None:
            raise ReleaseError(
                "There is no release to leave customers out of: run `audience build`"
            )
        current.check()
        customers_in(current.database, customer_ids)  # Fails if the file is damaged.
    except (ReleaseError, duckdb.Error) as error:
        if is_forced:
            return None
        raise ReleaseError(
            f"{error}. Nothing was noted: --force (make: FORCE=1) notes the opt-outs all"
            " the same"
        ) from error
    return current


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


def _checked(
    release: Release | None,
    noted: set[str],
    customer_ids: list[str],
    *,
    is_forced: bool,
) -> list[str]:
    """The ids in the form of a release's log, each of them once.

    Raises:
        SuppressionError: the log cannot contain one; or, without force, the release does
            not contain one who has not opted out before.
    """
    is_number = False
    if release is not None:
        with duckdb.connect(release.database, read_only=True) as connection:
            is_number = has_numbers(connection, "customers")
    found = [canonical_id(one, is_number=is_number) for one in customer_ids]
    for customer_id, one in zip(customer_ids, found, strict=True):
        if one is None:
            raise SuppressionError(
                f"{customer_id!r} cannot be a customer of this log: expected"
                f" {'a whole number within 64 bits' if is_number else 'one line of text'}."
                " Nothing was noted"
            )
    ids = list(dict.fromkeys(one for one in found if one is not None))
    if release is None:
        return ids
    known = {*customers_in(release.database, ids), *noted}
    unknown = [one for one in ids if one not in known]
    if unknown and not is_forced:
        raise SuppressionError(
            f"{release.release_id} has no customer {', '.join(map(repr, unknown))}, so"
            " nothing was noted: check the id, or note it all the same with --force"
            " (make: FORCE=1)"
        )
    return ids


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
