"""Note customers who must not be contacted, and publish a release without them.

The opt-outs lie in the build folder, a file per call (suppressions/<time>.parquet), and
every later build reads them. To take one back, remove its file and build again.
"""

import argparse
import re
import sys

import duckdb
from rich.console import Console

from scripts.build import (
    REPORTED_ERRORS,
    build_and_publish,
    carry_out,
    check_inputs,
    check_warehouse,
    check_writable,
)
from scripts.build_folder import BuildFolder, shown
from scripts.opt_outs import customers_in, note_opt_outs
from scripts.publish import KEPT_RELEASES
from scripts.releases import Release, ReleaseError, ReleaseFolder


class SuppressionError(ValueError):
    """An opt-out that cannot be noted; the message says what was expected."""


def suppress(
    folder: BuildFolder, console: Console, customer_ids: list[str], reason: str
) -> Release:
    """Note opt-outs, then build with the settings of the current release and publish.

    The opt-outs are kept even where the build fails: the next one reads them.

    Raises:
        SuppressionError: an id that the log cannot hold; nothing was noted.
        BuildError, LogSourceError, ReleaseError, FolderInUseError: nothing was published.
    """
    check_writable(folder)
    current = ReleaseFolder(folder.releases).current()
    if current is None:
        raise ReleaseError("There is no release to leave anybody out of: run `make build`")
    customer_ids = [customer_id.strip() for customer_id in customer_ids]
    with folder.lock() as lock:
        _check(current, customer_ids)
        noted = note_opt_outs(folder, customer_ids, reason)
        console.print(
            f"Noted {len(customer_ids)}, of whom {len(customers_in(current, customer_ids))}"
            f" are in the current release: {shown(noted)}",
            soft_wrap=True,
        )
        settings = dict(current.manifest["settings"])
        check_warehouse(folder)
        check_inputs(settings)
        release, _ = build_and_publish(folder, console, settings, KEPT_RELEASES, lock, {})
    remaining = customers_in(release, customer_ids)
    if remaining:
        raise ReleaseError(f"{release.release_id} still holds {', '.join(remaining)}")
    console.print(
        f"{release.release_id} is served; whoever opted out is in none of its answers."
        " Releases made before still hold them."
    )
    return release


def _check(release: Release, customer_ids: list[str]) -> None:
    """See that the ids can be ids of a release's log.

    Raises:
        SuppressionError: one cannot.
    """
    with duckdb.connect(release.database, read_only=True) as connection:
        row = connection.execute("select any_value(typeof(customer_id)) from customers")
        is_number = (row.fetchone() or ("",))[0] == "BIGINT"
    for customer_id in customer_ids:
        if not customer_id or (is_number and not re.fullmatch(r"-?\d{1,18}", customer_id)):
            raise SuppressionError(
                f"{customer_id!r} cannot be a customer of this log: expected"
                f" {'a whole number' if is_number else 'some text'}"
            )


def main(arguments: list[str] | None = None) -> int:
    """Run the program; returns the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m scripts.suppress",
        description="Note customers who must not be contacted, and publish without them.",
    )
    parser.add_argument("customer", nargs="+", help="customer_id, one or more")
    parser.add_argument("--reason", default="opted out", help="kept beside it")
    options = parser.parse_args(arguments)
    return carry_out(
        lambda folder, console: suppress(folder, console, options.customer, options.reason),
        (*REPORTED_ERRORS, SuppressionError),
    )


if __name__ == "__main__":
    sys.exit(main())
