"""Measure how soon an opt-out takes effect at a running API, and what opt-outs cost it."""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

import duckdb

from scripts.benchmarks.serving import ask_singly
from scripts.build_folder import BuildFolder
from scripts.releases.opted_out_file import OptedOutFile
from scripts.releases.release_folder import ReleaseError, ReleaseFolder
from scripts.releases.running_api import running_api

WORKERS = 2
MANY = 100_000
LOOKUPS = 2000
# New connections in a row without the customer: the kernel spreads them over the workers.
CALLS_IN_A_ROW = 20
PATIENCE_SECONDS = 60
FIRST = "select customer_id::text from customers order by customer_rank limit $n"
EVERY_OTHER = (
    "select customer_id::text from customers where customer_rank % 2 = 0"
    " order by customer_rank limit $n"
)


def measure_opt_outs(folder: BuildFolder, rounds: int) -> str:
    """Measure the current release in a folder of its own; returns the report as Markdown.

    Raises:
        ReleaseError: there is no release.
        MeasurementError: the API does not start.
    """
    current = ReleaseFolder(folder.releases).readable()
    if current is None:
        raise ReleaseError("There is no release to measure: run `make build`")
    with duckdb.connect(current.database, read_only=True) as release:
        first, others = (
            [row[0] for row in release.execute(query, {"n": count}).fetchall()]
            for query, count in ((FIRST, rounds), (EVERY_OTHER, MANY))
        )
    with tempfile.TemporaryDirectory(prefix="audience-opt-outs-") as scratch:
        alone = BuildFolder(Path(scratch))
        alone.releases.mkdir()
        (alone.releases / "current").symlink_to(current.folder.resolve())
        with running_api(alone, ["api"], workers=WORKERS, access_log=0) as api:
            rows = [_costs(api.url, 0)]
            # The lock of a build is held, so that every release is held back.
            with alone.lock():
                times = [_suppress(api.url, alone, one) for one in first]
            rows.append(_costs(api.url, rounds))
            # Filled up with ids of no customer, as after years.
            many = others + [str(2**40 + number) for number in range(MANY - len(others))]
            started = time.monotonic()
            OptedOutFile(alone.releases).replace(noted=many)
            _wait_until_left_out(api.url, others[-1])
            took = time.monotonic() - started
            rows.append(_costs(api.url, len(many)))
    noted, effective = (sorted(one) for one in zip(*times, strict=True))
    return "\n".join(
        (
            f"`audience suppress`, publishing held back, {WORKERS} workers, {rounds} rounds"
            f" (median, slowest): the command ends after {statistics.median(noted):.2f} s"
            f" ({noted[-1]:.2f} s), and no answer names the customer"
            f" {statistics.median(effective):.2f} s ({effective[-1]:.2f} s) after its"
            " start.",
            f"{len(many):,} opt-outs at once take effect after {took:.2f} s.",
            "",
            "| opt-outs | a look-up, median ms | a look-up of 100, median ms |",
            "|---:|---:|---:|",
            *rows,
        )
    )


def _suppress(url: str, folder: BuildFolder, customer: str) -> tuple[float, float]:
    """Opt a customer out; seconds to the command's end, and to the last answer with it."""
    started = time.monotonic()
    command = subprocess.Popen(
        [sys.executable, "-m", "scripts.cli", "suppress", "--", customer],
        env=os.environ | {"AUDIENCE_BUILD_DIR": str(folder.root)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    _wait_until_left_out(url, customer)
    effective = time.monotonic() - started
    command.wait()
    return time.monotonic() - started, effective


def _wait_until_left_out(url: str, customer: str) -> None:
    """Ask until no worker knows the customer any more.

    Raises:
        TimeoutError: one still does.
    """
    asked = f"{url}/customers/{customer}"
    end = time.monotonic() + PATIENCE_SECONDS
    unknown = 0
    while unknown < CALLS_IN_A_ROW:
        if time.monotonic() > end:
            raise TimeoutError(f"An opt-out had no effect within {PATIENCE_SECONDS} s")
        try:
            with urllib.request.urlopen(asked, timeout=10) as answer:  # noqa: S310
                json.load(answer)
            unknown = 0
        except urllib.error.HTTPError as error:
            unknown += error.code == 404


def _costs(url: str, count: int) -> str:
    """A row of the table: look-ups with as many opt-outs, each list asked for before."""
    measured = []
    for address in ("/recommend/{}", "/recommend/{}?n=100"):
        addresses = [address.format(number % 500) for number in range(LOOKUPS)]
        ask_singly(url, addresses[:500] * WORKERS * 2)
        measured.append(ask_singly(url, addresses).p50)
    return f"| {count:,} | {measured[0]:.2f} | {measured[1]:.2f} |"
