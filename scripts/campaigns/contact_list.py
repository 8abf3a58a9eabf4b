"""Contact lists that are handed over, and the ledger that remembers them.

    exports/spring-2023-04-03-20261125T081500Z/
        contacts.csv      the list to hand over (or contacts.parquet)
        ledger.parquet    what the next build reads: contacts and holdouts
        receipt.json      what was written, out of which release, and who was left out why
        experiment.parquet    of an experiment, the design with which it started

All of them appear in one step, so that a list and its entry in the ledger never part.
"""

import fcntl
import hashlib
import json
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb

from scripts.build_folder import (
    BuildFolder,
    literal_paths,
    shown,
    sql_path,
)
from scripts.campaigns.opt_outs import has_numbers, noted_opt_outs
from scripts.releases.release_folder import Release, ReleaseError, ReleaseFolder
from scripts.reported_error import ReportedError

OWNER = re.compile(r"[A-Za-z0-9_-]+")  # The name of a folder begins with it.
FORMATS = {"csv": "format csv, header", "parquet": "format parquet, compression zstd"}


class ContactListError(ReportedError):
    """A list that cannot be handed over; the message says what to do."""


@dataclass(frozen=True)
class ContactList:
    """A list that was handed over, or would be.

    Attributes:
        folder: where it lies; None where nobody was left to contact, or none was asked for.
        receipt: what it holds, as in receipt.json.
    """

    folder: Path | None
    receipt: dict[str, Any]


@dataclass(frozen=True)
class Period:
    """The days on which contacts may be.

    Attributes:
        owner: the campaign or experiment.
        seed: the file that says so.
    """

    owner: str
    starts_on: date
    ends_on: date
    seed: str

    def day(self, wanted: date | None) -> date:
        """The wanted day, or today.

        Raises:
            ContactListError: it lies outside of the period.
        """
        day = wanted or datetime.now(UTC).date()
        if not self.starts_on <= day <= self.ends_on:
            raise ContactListError(
                f"{self.owner} runs from {self.starts_on} to {self.ends_on}, but"
                f" {'the day' if wanted else 'today'} is {day}: name the day of the contact"
                f" (--on {self.starts_on}), or change the period in {self.seed} and build"
                " again"
            )
        return day


@contextmanager
def explain_earlier(release: Release) -> Iterator[None]:
    """Say that a release lacks what is asked of it because an earlier version made it.

    Raises:
        ContactListError: it lacks a table or a column.
    """
    try:
        yield
    except (duckdb.BinderException, duckdb.CatalogException) as error:
        raise ContactListError(
            f"{release.release_id} was made by an earlier version: run `make build`"
        ) from error


@contextmanager
def open_ledger(
    folder: BuildFolder,
) -> Iterator[tuple[duckdb.DuckDBPyConnection, Release]]:
    """The current release, beside what was handed over and who opted out until now.

    Keeps other lists out: each must see what the one before has written.

    Yields:
        A connection with the database `release` and the tables `ledger`, `experiments`
        (that have started) and `opted_out`; and the release.

    Raises:
        ReleaseError: there is no release, or a newer version has made it.
        ContactListError: the release lacks what is asked of it.
        FolderInUseError: a build is running.
    """
    release = ReleaseFolder(folder.releases).readable()
    if release is None:
        raise ReleaseError("There is no release to export from: run `make build` first")
    folder.exports.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (
        folder.outside_of_builds(),
        (folder.exports / ".lock").open("a") as lock,
        duckdb.connect() as connection,
        explain_earlier(release),
    ):
        fcntl.flock(lock, fcntl.LOCK_EX)
        connection.execute("set TimeZone = 'UTC'")
        connection.execute(f"attach '{sql_path(release.database)}' as release (read_only)")
        for table, name, columns in (
            (
                "ledger",
                "ledger.parquet",
                "customer_id text, product_id text, campaign_id text, contacted_on date,"
                " arm text, experiment_id text, export_id text, release_id text",
            ),
            (
                "experiments",
                "experiment.parquet",
                "experiment_id text, attribution_days bigint",
            ),
        ):
            connection.execute(f"create temp table {table} ({columns})")
            files = literal_paths(sorted(folder.exports.glob(f"*/{name}")))
            if files:
                chosen = ", ".join(column.split()[0] for column in columns.split(", "))
                connection.execute(
                    f"insert into {table} select {chosen} from read_parquet($files)",
                    {"files": files},
                )
        are_numbers = has_numbers(connection, "release.customers")
        connection.execute(
            "create temp table opted_out as select unnest($ids::text[]) as customer_id",
            {"ids": noted_opt_outs(folder, are_numbers=are_numbers)},
        )
        yield connection, release


def records(
    connection: duckdb.DuckDBPyConnection, release: Release, mart: str
) -> dict[str, dict[str, Any]]:
    """The rows of a mart of the release by their first column.

    Raises:
        ContactListError: the release was made before there was such a mart.
    """
    try:
        found = connection.execute(f"from release.{mart} order by 1")
    except duckdb.CatalogException as error:
        raise ContactListError(
            f"{release.release_id} was made before there was {mart}: run `make build`"
        ) from error
    names = [column[0] for column in found.description or []]
    return {row[0]: dict(zip(names, row, strict=True)) for row in found.fetchall()}


def record(
    connection: duckdb.DuckDBPyConnection,
    release: Release,
    mart: str,
    thing: str,
    name: str,
) -> dict[str, Any]:
    """The row of a mart whose first column is a name.

    Raises:
        ContactListError: there is none; the message says which there are.
    """
    found = records(connection, release, mart)
    if name not in found:
        raise ContactListError(
            f"There is no {thing} {name} in {release.release_id}, expected one of"
            f" {', '.join(found) or 'none: none is active'}"
        )
    return found[name]


def hand_over(
    connection: duckdb.DuckDBPyConnection,
    folder: BuildFolder,
    release: Release,
    owner: str,
    contact_on: date,
    file_format: str,
    *,
    keep: dict[str, str] | None = None,
    dry_run: bool,
) -> ContactList:
    """Write the list, the ledger and the receipt of what was chosen.

    Args:
        connection: has a table `chosen`: `campaign_id`, `product_id`, `place`,
            `customer_id`, `arm` (contact or holdout), `cost_per_contact`, `explanation`,
            `experiment_id`, `experiment_arm`, and why it is left out if it is (`left_out`).
        owner: the campaign or experiment.
        keep: what else is kept: queries of $owner by the name of a Parquet file.

    Raises:
        ContactListError: the owner's name cannot be that of a folder.
        OSError, duckdb.Error: they could not be written; nothing was.
    """
    if not OWNER.fullmatch(owner):
        raise ContactListError(f"{owner!r}: expected letters, digits, - and _")
    written_at = datetime.now(UTC)
    figures = connection.execute(
        "select count(*) filter (arm = 'contact'),"
        " count(distinct customer_id) filter (arm = 'contact'),"
        " count(distinct product_id) filter (arm = 'contact'),"
        " count(*) filter (arm = 'holdout'),"
        " coalesce(sum(cost_per_contact) filter (arm = 'contact'), 0)"
        " from chosen where left_out is null"
    ).fetchone()
    contacts, customers, products, holdouts, cost = figures or (0, 0, 0, 0, 0)
    left_out = connection.execute(
        "select left_out, count(*) from chosen where left_out is not null"
        " group by left_out order by left_out"
    ).fetchall()
    receipt: dict[str, Any] = {
        "export_id": f"{owner}-{contact_on}-{written_at:%Y%m%dT%H%M%S%fZ}",
        "owner": owner,
        "release_id": release.release_id,
        "written_at": written_at.isoformat(timespec="seconds"),
        "contact_on": contact_on.isoformat(),
        "contacts": contacts,
        "customers": customers,
        "products": products,
        "holdouts": holdouts,
        "cost": round(cost, 2),
        "left_out": dict(left_out),
    }
    # A spreadsheet takes such an id for a formula; the id must stay what it is.
    receipt["ids_like_formulas"] = connection.execute(
        "select count(*) from chosen where left_out is null and arm = 'contact'"
        " and typeof(customer_id) = 'VARCHAR'"
        " and regexp_matches(concat(customer_id, chr(10), product_id), '(?m)^[=+@-]')"
    ).fetchall()[0][0]
    if not contacts + holdouts:
        receipt["earlier_exports"] = [
            row[0]
            for row in connection.execute(
                "select distinct ledger.export_id from ledger inner join chosen"
                " on chosen.product_id::text = ledger.product_id"
                " and chosen.customer_id::text = ledger.customer_id order by 1"
            ).fetchall()
        ]
    if dry_run or not contacts + holdouts:
        return ContactList(None, receipt)
    # Where the pattern of the ledger does not look.
    in_work = folder.exports / ".unfinished"
    shutil.rmtree(in_work, ignore_errors=True)
    unfinished = in_work / receipt["export_id"]
    unfinished.mkdir(parents=True, mode=0o700)
    names = {"release_id": release.release_id, "contact_on": contact_on}
    file = unfinished / f"contacts.{file_format}"
    connection.execute(
        "copy (select campaign_id, experiment_id, product_id, place, customer_id,"
        " coalesce(experiment_arm, arm) as arm, $contact_on::date as contact_on,"
        " explanation, $release_id as release_id"
        " from chosen where left_out is null and arm = 'contact'"
        f" order by product_id, place) to '{sql_path(file)}' ({FORMATS[file_format]})",
        names,
    )
    connection.execute(
        "copy (select customer_id::text as customer_id, product_id::text as product_id,"
        " campaign_id, experiment_id, experiment_arm, arm,"
        " $contact_on::date as contacted_on,"
        " case arm when 'contact' then cost_per_contact else 0 end::double as cost,"
        " $export_id as export_id, $release_id as release_id"
        " from chosen where left_out is null order by product_id, place)"
        f" to '{sql_path(unfinished / 'ledger.parquet')}' ({FORMATS['parquet']})",
        names | {"export_id": receipt["export_id"]},
    )
    for name, query in (keep or {}).items():
        connection.execute(
            f"copy ({query}) to '{sql_path(unfinished / f'{name}.parquet')}'"
            f" ({FORMATS['parquet']})",
            {"owner": owner},
        )
    receipt |= {
        "file": file.name,
        "sha256": hashlib.sha256(file.read_bytes()).hexdigest(),
    }
    (unfinished / "receipt.json").write_text(json.dumps(receipt, indent=2) + "\n")
    for written in unfinished.iterdir():
        with written.open("rb") as stream:
            os.fsync(stream.fileno())
    return ContactList(unfinished.rename(folder.exports / unfinished.name), receipt)


def print_receipt(contact_list: ContactList) -> None:
    """Say what was handed over, who was left out, and what comes next."""
    receipt = contact_list.receipt
    if not receipt["contacts"] + receipt["holdouts"]:
        print(f"Nobody is left to contact for {receipt['owner']}; nothing was written.")
        for export_id in receipt["earlier_exports"]:
            print(f"  An earlier export holds them: {export_id}")
    else:
        print(
            f"{'Wrote' if contact_list.folder else 'Would write'}"
            f" {_counted(receipt['contacts'], 'contact')}"
            f" of {_counted(receipt['customers'], 'customer')}"
            f" about {_counted(receipt['products'], 'product')} on {receipt['contact_on']},"
            f" {receipt['cost']:,.2f} in cost; {_counted(receipt['holdouts'], 'place')}"
            f" {'is' if receipt['holdouts'] == 1 else 'are'} held out."
        )
    if receipt["ids_like_formulas"]:
        print(
            f"  Note: {_counted(receipt['ids_like_formulas'], 'row')} with an id that"
            " begins with =, +, - or @: a spreadsheet would compute it. Import the ids as"
            " text."
        )
    for reason, count in receipt["left_out"].items():
        print(f"  {count:,} left out: {reason}")
    if contact_list.folder:
        print(
            f"List: {shown(contact_list.folder / receipt['file'])}\n"
            f"Receipt: {shown(contact_list.folder / 'receipt.json')}\n"
            "The next `make build` counts them."
        )


def _counted(number: int, noun: str) -> str:
    """A number and its noun: 1 product, 2 products."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
