"""Hand over the contact list of a campaign, and note in the ledger whom it holds.

    exports/spring-2023-04-03-20261125T081500Z/
        contacts.csv      the list to hand over (or contacts.parquet)
        ledger.parquet    what the next build reads: contacts and holdouts
        receipt.json      what was written, out of which release, and who was left out why

All three appear in one step, so that a list and its entry in the ledger never part. Whoever
is in the ledger for a product, has reached the cap, or has opted out since the release was
made is left out: two exports in a row contact nobody twice.
"""

import argparse
import fcntl
import hashlib
import json
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb

from scripts.build_folder import BuildFolder, shown, sql_path
from scripts.releases import Release, ReleaseError, ReleaseFolder

CONTACTS = Path(__file__).with_name("export_campaign.sql")
FORMATS = {"csv": "format csv, header", "parquet": "format parquet, compression zstd"}


class ExportError(RuntimeError):
    """A list that cannot be handed over; the message says what to do."""


@dataclass(frozen=True)
class Export:
    """A contact list that was handed over, or would be.

    Attributes:
        folder: where it lies; None where nobody was left to contact, or none was asked for.
        receipt: what it holds, as in receipt.json.
    """

    folder: Path | None
    receipt: dict[str, Any]


def export_campaign(
    folder: BuildFolder,
    campaign_id: str,
    contact_on: date | None = None,
    file_format: str = "csv",
    *,
    dry_run: bool = False,
) -> Export:
    """Write the contact list of a campaign of the current release.

    Args:
        contact_on: the day of the contact, within the period; today if None.
        file_format: csv or parquet.
        dry_run: only count.

    Raises:
        ExportError: no such campaign, or no day of its period.
        ReleaseError: no release.
        OSError, duckdb.Error: the list could not be written; nothing was.
    """
    release = ReleaseFolder(folder.releases).current()
    if release is None:
        raise ReleaseError("There is no release to export from: run `make build` first")
    with _locked(folder.exports), duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'")
        connection.execute(f"attach '{sql_path(release.database)}' as release (read_only)")
        campaign = _find_campaign(connection, release, campaign_id)
        contact_on = _check_day(campaign, contact_on)
        _choose(connection, folder, campaign, contact_on)
        receipt = _receipt(connection, release, campaign, contact_on)
        if dry_run or not receipt["contacts"] + receipt["holdouts"]:
            return Export(None, receipt)
        return _write(connection, folder, receipt, file_format)


@contextmanager
def _locked(exports: Path) -> Iterator[None]:
    """Keep other exports out: each must see what the one before has written."""
    exports.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (exports / ".lock").open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _find_campaign(
    connection: duckdb.DuckDBPyConnection, release: Release, campaign_id: str
) -> dict[str, Any]:
    try:
        found = connection.execute("from release.campaign_summaries order by campaign_id")
    except duckdb.CatalogException as error:
        raise ExportError(
            f"{release.release_id} was made before there were campaigns: run `make build`"
        ) from error
    names = [column[0] for column in found.description or []]
    campaigns = {row[0]: dict(zip(names, row, strict=True)) for row in found.fetchall()}
    if campaign_id not in campaigns:
        raise ExportError(
            f"There is no campaign {campaign_id} in {release.release_id}, expected one of"
            f" {', '.join(campaigns) or 'none: make one active in seeds/campaigns.csv'}"
        )
    return campaigns[campaign_id]


def _check_day(campaign: dict[str, Any], contact_on: date | None) -> date:
    day = contact_on or datetime.now(UTC).date()
    if not campaign["starts_on"] <= day <= campaign["ends_on"]:
        raise ExportError(
            f"{campaign['campaign_id']} runs from {campaign['starts_on']} to"
            f" {campaign['ends_on']}, but {'the day' if contact_on else 'today'} is {day}:"
            f" name the day of the contact (--on {campaign['starts_on']}), or change the"
            " period in seeds/campaigns.csv and build again"
        )
    return day


def _choose(
    connection: duckdb.DuckDBPyConnection,
    folder: BuildFolder,
    campaign: dict[str, Any],
    contact_on: date,
) -> None:
    """Make the table `chosen`: every place, and why it is left out if it is."""
    for name, files, columns in (
        (
            "ledger",
            folder.exports / "*" / "ledger.parquet",
            "customer_id text, product_id text, campaign_id text, contacted_on date,"
            " arm text",
        ),
        ("opted_out", folder.suppressions / "*.parquet", "customer_id text"),
    ):
        connection.execute(f"create temp table {name} ({columns})")
        if any(files.parent.parent.glob(f"{files.parent.name}/{files.name}")):
            chosen = ", ".join(column.split()[0] for column in columns.split(", "))
            connection.execute(
                f"insert into {name} select {chosen} from read_parquet(?)", [str(files)]
            )
    connection.execute(
        CONTACTS.read_text(encoding="utf-8"),
        {
            "campaign_id": campaign["campaign_id"],
            "starts_on": campaign["starts_on"],
            "ends_on": campaign["ends_on"],
            "frequency_cap": campaign["frequency_cap"],
            "contact_on": contact_on,
        },
    )


def _receipt(
    connection: duckdb.DuckDBPyConnection,
    release: Release,
    campaign: dict[str, Any],
    contact_on: date,
) -> dict[str, Any]:
    written_at = datetime.now(UTC)
    figures = connection.execute(
        "select count(*) filter (arm = 'contact'),"
        " count(distinct customer_id) filter (arm = 'contact'),"
        " count(distinct product_id) filter (arm = 'contact'),"
        " count(*) filter (arm = 'holdout')"
        " from chosen where left_out is null"
    ).fetchone()
    contacts, customers, products, holdouts = figures or (0, 0, 0, 0)
    left_out = connection.execute(
        "select left_out, count(*) from chosen where left_out is not null"
        " group by left_out order by left_out"
    ).fetchall()
    return {
        "export_id": (
            f"{campaign['campaign_id']}-{contact_on}-{written_at:%Y%m%dT%H%M%S%fZ}"
        ),
        "campaign_id": campaign["campaign_id"],
        "release_id": release.release_id,
        "written_at": written_at.isoformat(timespec="seconds"),
        "contact_on": contact_on.isoformat(),
        "contacts": contacts,
        "customers": customers,
        "products": products,
        "holdouts": holdouts,
        "cost": round(contacts * campaign["cost_per_contact"], 2),
        "left_out": dict(left_out),
    }


def _write(
    connection: duckdb.DuckDBPyConnection,
    folder: BuildFolder,
    receipt: dict[str, Any],
    file_format: str,
) -> Export:
    # Where the pattern of the ledger does not look.
    unfinished = folder.exports / ".unfinished" / receipt["export_id"]
    shutil.rmtree(unfinished.parent, ignore_errors=True)
    unfinished.mkdir(parents=True, mode=0o700)
    contacts = unfinished / f"contacts.{file_format}"
    connection.execute(
        "copy (select campaign_id, product_id, audience_rank, customer_id, arm, contact_on,"
        " explanation, $release_id as release_id"
        " from chosen where left_out is null and arm = 'contact'"
        f" order by product_id, audience_rank) to '{sql_path(contacts)}'"
        f" ({FORMATS[file_format]})",
        {"release_id": receipt["release_id"]},
    )
    connection.execute(
        "copy (select customer_id::text as customer_id, product_id::text as product_id,"
        " campaign_id, contact_on as contacted_on,"
        " case arm when 'contact' then cost_per_contact else 0 end as cost, arm,"
        " $export_id as export_id, $release_id as release_id"
        " from chosen where left_out is null order by product_id, audience_rank)"
        f" to '{sql_path(unfinished / 'ledger.parquet')}' ({FORMATS['parquet']})",
        {"export_id": receipt["export_id"], "release_id": receipt["release_id"]},
    )
    receipt |= {
        "file": contacts.name,
        "sha256": hashlib.sha256(contacts.read_bytes()).hexdigest(),
    }
    (unfinished / "receipt.json").write_text(json.dumps(receipt, indent=2) + "\n")
    for file in unfinished.iterdir():
        with file.open("rb") as stream:
            os.fsync(stream.fileno())
    finished = folder.exports / receipt["export_id"]
    unfinished.rename(finished)
    return Export(finished, receipt)


def print_receipt(export: Export) -> None:
    """Say what was handed over, who was left out, and what comes next."""
    receipt = export.receipt
    verb = "Wrote" if export.folder else "Would write"
    if not receipt["contacts"] + receipt["holdouts"]:
        print(
            f"Nobody is left to contact for {receipt['campaign_id']}; nothing was written."
        )
    else:
        print(
            f"{verb} {receipt['contacts']:,} contacts of {receipt['customers']:,} customers"
            f" about {receipt['products']:,} products on {receipt['contact_on']},"
            f" {receipt['cost']:,.2f} in cost; {receipt['holdouts']:,} places are held out."
        )
    for reason, count in receipt["left_out"].items():
        print(f"  {count:,} left out: {reason}")
    if export.folder:
        print(
            f"List: {shown(export.folder / receipt['file'])}\n"
            f"Receipt: {shown(export.folder / 'receipt.json')}\n"
            "The next `make build` counts them."
        )


def main(arguments: list[str] | None = None) -> int:
    """Run the program; returns the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m scripts.export_campaign",
        description="Write the contact list of a campaign and note it in the ledger.",
    )
    parser.add_argument("campaign", help="the campaign_id")
    parser.add_argument(
        "--on",
        type=date.fromisoformat,
        metavar="DATE",
        help="day of the contact, such as 2023-04-03 (default: today)",
    )
    parser.add_argument("--format", choices=FORMATS, default="csv", help="default: csv")
    parser.add_argument("--dry-run", action="store_true", help="only count")
    options = parser.parse_args(arguments)
    folder = BuildFolder.from_environment()
    try:
        export = export_campaign(
            folder, options.campaign, options.on, options.format, dry_run=options.dry_run
        )
    except (ExportError, ReleaseError, OSError, duckdb.Error) as error:
        print(f"error: {error}\nNothing was written.", file=sys.stderr)
        return 1
    print_receipt(export)
    return 0


if __name__ == "__main__":
    sys.exit(main())
