"""The contacts of a list that was written, in an order that never changes."""

import contextlib
import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from scripts.build_folder import BuildFolder, literal_paths, shown
from scripts.campaigns.contact_columns import join_contact_columns
from scripts.campaigns.formulas import quoted, without_quotes
from scripts.campaigns.opt_outs import canonical_id
from scripts.delivery.delivery_error import DeliveryError
from scripts.settings.destination_settings import ContactColumns

EXPORT_ID = re.compile(r"[A-Za-z0-9_-]+")
# Of the exports, in a message.
MOST_NAMED = 5

Contact = dict[str, Any]


@dataclass(frozen=True)
class WrittenList:
    """A list as `audience export` or `audience start` wrote it, read for a delivery.

    Attributes:
        folder: its folder.
        receipt: the content of receipt.json.
        columns: what a contact has; the ids are text.
        own_columns: those of the user's own table among them.
        connection: has the table `contacts`.
    """

    folder: Path
    receipt: dict[str, Any]
    columns: list[str]
    own_columns: list[str]
    connection: duckdb.DuckDBPyConnection

    @property
    def export_id(self) -> str:
        """The id of the export."""
        return self.folder.name

    @property
    def campaign_id(self) -> str | None:
        """The campaign of the contacts; an experiment may have none."""
        found = self.connection.execute("select min(campaign_id) from contacts").fetchone()
        return found[0] if found else None

    @property
    def size(self) -> int:
        """How many contacts the list has."""
        return int(self.receipt["contacts"])

    def contacts(self, first: int, last: int) -> list[tuple[bool, Contact]]:
        """The contacts of places from `first` to before `last`.

        Returns:
            Whether a contact has what the destination asks for, and the contact.
        """
        rows = self.connection.execute(
            f"select has_row, {', '.join(map(quoted, self.columns))} from contacts"
            " where position > $first and position <= $last order by position",
            {"first": first, "last": last},
        ).fetchall()
        return [(row[0], dict(zip(self.columns, row[1:], strict=True))) for row in rows]


def export_folder(folder: BuildFolder, export_id: str) -> Path:
    """The folder of an export.

    Raises:
        DeliveryError: there is none.
    """
    found = folder.exports / export_id
    if not EXPORT_ID.fullmatch(export_id) or not (found / "receipt.json").is_file():
        files = sorted(
            folder.exports.glob("*/receipt.json"), key=lambda path: path.stat().st_mtime
        )
        names = [file.parent.name for file in files[-MOST_NAMED:]]
        raise DeliveryError(
            f"There is no export {export_id!r}, expected one of {shown(folder.exports)}"
            f" such as {', '.join(names)}"
            if names
            else f"There is no export {export_id!r} in {shown(folder.exports)}: `audience"
            " export` writes one"
        )
    return found


@contextlib.contextmanager
def open_list(
    found: Path, contact_columns: ContactColumns | None, base: Path
) -> Iterator[tuple[WrittenList, bool]]:
    """Read a list.

    Args:
        found: the folder of the export.
        base: the folder that the path of contact columns begins at.

    Yields:
        The list, and whether its customer ids are whole numbers.

    Raises:
        DeliveryError: the list was changed after it was written.
        ContactColumnsError: the table of contact columns cannot be used.
    """
    try:
        receipt = json.loads((found / "receipt.json").read_text(encoding="utf-8"))
        file = found / str(receipt["file"])
        is_as_written = hashlib.sha256(file.read_bytes()).hexdigest() == receipt["sha256"]
    except (FileNotFoundError, ValueError, KeyError, TypeError) as error:
        raise _changed(found) from error
    if not is_as_written:
        raise _changed(found)
    with duckdb.connect() as connection:
        # Contacts stay in memory.
        connection.execute("set temp_directory = ''")
        _read(connection, found, file, receipt)
        are_numbers = _are_numbers(connection, receipt)
        _join(connection, contact_columns, base, are_numbers=are_numbers)
        described = connection.execute("from contacts limit 0").description or []
        columns = [
            str(column[0])
            for column in described
            if column[0] not in ("position", "has_row")
        ]
        own = [*receipt.get("contact_columns", [])]
        own += contact_columns.columns if contact_columns else []
        yield WrittenList(found, receipt, columns, own, connection), are_numbers


def _read(
    connection: duckdb.DuckDBPyConnection, found: Path, file: Path, receipt: dict[str, Any]
) -> None:
    """Make the table `listed`: the contacts as text, with the ids of the log."""
    connection.execute(
        "create temp table ledger as select customer_id, coalesce(product_id, '') as"
        " product_id from read_parquet($files) where arm = 'contact'",
        {"files": literal_paths([found / "ledger.parquet"])},
    )
    reader = (
        "read_parquet($files)"
        if file.suffix == ".parquet"
        else "read_csv($files, all_varchar = true, header = true, delim = ',',"
        " quote = '\"', escape = '\"', strict_mode = true)"
    )
    connection.execute(
        f"create temp table listed as select columns(*)::text from {reader}",
        {"files": literal_paths([file])},
    )
    if receipt.get("formulas") == "quote" and file.suffix == ".csv":
        described = connection.execute("from listed limit 0").description or []
        plain = without_quotes(
            {str(column[0]) for column in described}, receipt.get("contact_columns", [])
        )
        connection.execute(
            f"create or replace temp table listed as select {plain} from listed"
        )
    differs = connection.execute(
        "select count(*) from (select coalesce(product_id, ''), customer_id from listed)"
        " as contacts (product_id, customer_id)"
        " full join ledger using (product_id, customer_id)"
        " where contacts.customer_id is null or ledger.customer_id is null"
    ).fetchall()[0][0]
    count = connection.execute("select count(*) from listed").fetchall()[0][0]
    if differs or count != receipt["contacts"]:
        raise _changed(found)


def _join(
    connection: duckdb.DuckDBPyConnection,
    contact_columns: ContactColumns | None,
    base: Path,
    *,
    are_numbers: bool,
) -> None:
    """Make the table `contacts`: those of the list with their position."""
    connection.execute("alter table listed alter place type bigint")
    described = connection.execute("from listed limit 0").description or []
    # A list of an earlier version has none.
    if "purchase_probability" in {column[0] for column in described}:
        connection.execute("alter table listed alter purchase_probability type double")
    query = "select *, true as has_row from listed"
    if contact_columns:
        join_contact_columns(
            connection, contact_columns, base, "listed", are_numbers=are_numbers
        )
        left_out = ", ".join(map(quoted, contact_columns.columns))
        replaced = {name.lower() for name in contact_columns.columns}
        kept = ", ".join(
            f"listed.{quoted(column[0])}"
            for column in described
            if str(column[0]).lower() not in replaced
        )
        is_sent = (
            "true" if contact_columns.missing == "send" else "found.customer_id is not null"
        )
        query = (
            f"select {kept}, {left_out}, {is_sent} as has_row from listed left join"
            " contact_values as found using (customer_id)"
        )
    connection.execute(
        "create temp table contacts as select *, row_number() over"
        f" (order by product_id, place, customer_id) as position from ({query})"
    )


def _are_numbers(connection: duckdb.DuckDBPyConnection, receipt: dict[str, Any]) -> bool:
    """Whether the customer ids of the log are whole numbers."""
    if "ids_are_numbers" in receipt:
        return bool(receipt["ids_are_numbers"])
    # An earlier version wrote the list.
    rows = connection.execute("select distinct customer_id from listed").fetchall()
    return all(canonical_id(row[0], is_number=True) == row[0] for row in rows)


def _changed(found: Path) -> DeliveryError:
    return DeliveryError(
        f"The list in {shown(found)} is not as it was written: expected its contacts,"
        " ledger and receipt unchanged. Put them back, or export a new list"
    )
