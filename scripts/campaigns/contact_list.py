"""Contact lists, as `audience export` and `audience start` write them.

    exports/spring-2023-04-03-20261125T081500Z/
        contacts.csv      the list (or contacts.parquet)
        ledger.parquet    contacts and holdouts, which the next build reads
        receipt.json      counts, the release, and who was left out for which reason
        deliveries/       how far `audience deliver` is, a file per destination
        experiment.parquet    of an experiment, its design at the start

All files appear in one step, so that a list and its entry in the ledger stay together.
"""

import hashlib
import json
import os
import re
import shutil
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb

from scripts.build_folder import BuildFolder, sql_path
from scripts.campaigns.contact_columns import choose_with_columns
from scripts.campaigns.contact_ledger import ContactListError
from scripts.campaigns.formulas import FORMULA, quoted, with_quotes
from scripts.campaigns.opt_outs import has_numbers
from scripts.releases.release_folder import Release
from scripts.settings.destination_settings import ContactColumns
from scripts.workspace import workspace

OWNER = re.compile(r"[A-Za-z0-9_-]+")  # The name of a folder begins with it.
FORMATS = {"csv": "format csv, header", "parquet": "format parquet, compression zstd"}


@dataclass(frozen=True)
class ContactList:
    """A contact list that was written, or only counted.

    Attributes:
        folder: its folder; None if there was no contact to write, or in a dry run.
        receipt: the content of receipt.json.
    """

    folder: Path | None
    receipt: dict[str, Any]


@dataclass(frozen=True)
class Period:
    """The days on which a campaign or experiment may contact customers.

    Attributes:
        owner: the campaign or experiment.
        seed: the file that defines the days.
    """

    owner: str
    starts_on: date
    ends_on: date
    seed: str

    def day(self, wanted: date | None) -> date:
        """The wanted day, or today.

        Raises:
            ContactListError: it is outside the period.
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


def write_contact_list(
    connection: duckdb.DuckDBPyConnection,
    folder: BuildFolder,
    release: Release,
    owner: str,
    contact_on: date,
    file_format: str,
    formulas: str = "keep",
    *,
    keep: dict[str, str] | None = None,
    contact_columns: ContactColumns | None = None,
    dry_run: bool,
) -> ContactList:
    """Write the list, the ledger entry and the receipt of the chosen contacts.

    Args:
        connection: has a table `chosen`: `campaign_id`, `product_id`, `place`,
            `customer_id`, `arm` (contact or holdout), `cost_per_contact`, `explanation`,
            `channel`, `priority`, `experiment_id`, `experiment_arm`, `placed_by` (a
            ranking, with `placement_probability` and `history_class` of the customer),
            `score_class` (of a unit of an experiment), `purchase_probability`, and the
            reason if it is left out (`left_out`).
        owner: the campaign or experiment.
        formulas: `quote` writes `'` before text in CSV that a spreadsheet would compute.
        keep: more files to write: a query of $owner by the name of its Parquet file.
        contact_columns: columns of the user's own table to add to the list.

    Raises:
        ContactListError: the owner's name cannot be that of a folder.
        ContactColumnsError: the table of contact columns cannot be used.
        OSError, duckdb.Error: nothing was written.
    """
    if not OWNER.fullmatch(owner):
        raise ContactListError(f"{owner!r}: expected letters, digits, - and _")
    own_columns = contact_columns.columns if contact_columns else []
    if contact_columns:
        choose_with_columns(connection, contact_columns, workspace() or Path.cwd())
    receipt = _receipt(connection, release, owner, contact_on)
    if dry_run or not receipt["contacts"] + receipt["holdouts"]:
        return ContactList(None, receipt)
    # The pattern of the ledger does not match this folder.
    in_work = folder.exports / ".unfinished"
    shutil.rmtree(in_work, ignore_errors=True)
    unfinished = in_work / receipt["export_id"]
    unfinished.mkdir(parents=True, mode=0o700)
    file = unfinished / f"contacts.{file_format}"
    _copy_contacts(connection, receipt, file, file_format, formulas, own_columns)
    file.chmod(0o600)
    for name, query in (keep or {}).items():
        connection.execute(
            f"copy ({query}) to '{sql_path(unfinished / f'{name}.parquet')}'"
            f" ({FORMATS['parquet']})",
            {"owner": owner},
        )
    receipt |= {
        "file": file.name,
        "formulas": formulas,
        "sha256": hashlib.sha256(file.read_bytes()).hexdigest(),
        "ids_are_numbers": has_numbers(connection, "chosen"),
    }
    if own_columns:
        receipt["contact_columns"] = own_columns
    (unfinished / "receipt.json").write_text(json.dumps(receipt, indent=2) + "\n")
    for written in unfinished.iterdir():
        with written.open("rb") as stream:
            os.fsync(stream.fileno())
    return ContactList(unfinished.rename(folder.exports / unfinished.name), receipt)


def _receipt(
    connection: duckdb.DuckDBPyConnection, release: Release, owner: str, contact_on: date
) -> dict[str, Any]:
    """Counts of the chosen contacts, and the id of their list."""
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
    # A spreadsheet takes such an id for a formula; the id must stay what it is.
    like_formulas = connection.execute(
        "select count(*) from chosen where left_out is null and arm = 'contact'"
        " and typeof(customer_id) = 'VARCHAR'"
        " and (regexp_matches(customer_id::text, $formula)"
        " or regexp_matches(product_id::text, $formula))",
        {"formula": FORMULA},
    ).fetchall()[0][0]
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
        "ids_like_formulas": like_formulas,
    }
    if not contacts + holdouts:
        receipt["earlier_exports"] = [
            row[0]
            for row in connection.execute(
                "select distinct ledger.export_id from ledger inner join chosen"
                " on chosen.product_id::text = ledger.product_id"
                " and chosen.customer_id::text = ledger.customer_id order by 1"
            ).fetchall()
        ]
    return receipt


def _copy_contacts(
    connection: duckdb.DuckDBPyConnection,
    receipt: dict[str, Any],
    file: Path,
    file_format: str,
    formulas: str,
    own_columns: list[str],
) -> None:
    """Write the chosen contacts to a file, and ledger.parquet next to it."""
    names = {"release_id": receipt["release_id"], "contact_on": receipt["contact_on"]}
    columns, own, found = "*", "", ""
    if own_columns:
        own = "".join(f", found.{quoted(name)}" for name in own_columns)
        found = (
            " left join contact_values as found"
            " on chosen.customer_id::text = found.customer_id"
        )
    if file_format == "csv" and formulas == "quote":
        columns = with_quotes(own_columns)
    connection.execute(
        f"copy (select {columns} from (select campaign_id, experiment_id, product_id,"
        " place, chosen.customer_id,"
        " coalesce(experiment_arm, arm) as arm, $contact_on::date as contact_on,"
        " explanation, $release_id as release_id, channel, placed_by as ranking,"
        f" purchase_probability{own}"
        f" from chosen{found} where left_out is null and arm = 'contact'"
        f" order by product_id, place)) to '{sql_path(file)}' ({FORMATS[file_format]})",
        names,
    )
    connection.execute(
        "copy (select customer_id::text as customer_id, product_id::text as product_id,"
        " campaign_id, experiment_id, experiment_arm, arm,"
        " $contact_on::date as contacted_on,"
        " case arm when 'contact' then cost_per_contact else 0 end::double as cost,"
        " $export_id as export_id, $release_id as release_id, channel,"
        " priority, placed_by, placement_probability, history_class, score_class"
        " from chosen where left_out is null order by product_id, place)"
        f" to '{sql_path(file.with_name('ledger.parquet'))}' ({FORMATS['parquet']})",
        names | {"export_id": receipt["export_id"]},
    )
