"""Columns of a table of yours, such as addresses, joined to contacts as they leave.

They are in the memory of the program that sends or writes a list, and in what it sends or
writes: not in a release, the ledger, a receipt or a message.
"""

import re
from pathlib import Path

import duckdb

from scripts.blanks import BLANKS
from scripts.build_folder import literal_paths, shown
from scripts.campaigns.formulas import quoted
from scripts.campaigns.opt_outs import canonical_id, has_numbers
from scripts.reported_error import ReportedError
from scripts.settings.destination_settings import ContactColumns

# Why a contact is left out.
NO_ROW = "without a row of contact columns"
# Ids of the form that the log has. All others are few, and judged by `canonical_id`.
PLAIN_NUMBER = "-?[1-9][0-9]{0,17}|0"


class ContactColumnsError(ReportedError):
    """A table of contact columns that cannot be used; the message says what to do."""


def choose_with_columns(
    connection: duckdb.DuckDBPyConnection, settings: ContactColumns, base: Path
) -> None:
    """Read the columns of the customers in the table `chosen` of a list to be written.

    Without a row a place is left out, that of a holdout too: both arms stay alike.

    Raises:
        ContactColumnsError: see `join_contact_columns`.
    """
    are_numbers = has_numbers(connection, "chosen")
    join_contact_columns(connection, settings, base, "chosen", are_numbers=are_numbers)
    if settings.missing == "skip":
        connection.execute(
            "update chosen set left_out = $reason where left_out is null"
            " and customer_id::text not in (select customer_id from contact_values)",
            {"reason": NO_ROW},
        )


def join_contact_columns(
    connection: duckdb.DuckDBPyConnection,
    settings: ContactColumns,
    base: Path,
    customers: str,
    *,
    are_numbers: bool,
) -> None:
    """Make a table `contact_values`: a row per customer with text in each column.

    Args:
        base: the folder that a relative path begins at.
        customers: a table whose `customer_id` names those who are looked for.
        are_numbers: whether the log's ids are whole numbers.

    Raises:
        ContactColumnsError: the file cannot be read, lacks a column, or has several rows
            of a customer.
    """
    # What does not fit into memory would lie on the disk.
    connection.execute("set temp_directory = ''")
    path = base / Path(settings.path).expanduser()
    try:
        _join(connection, settings, path, customers, are_numbers=are_numbers)
    except duckdb.Error as error:
        # Its message may quote lines of the file.
        found = re.search(r"(?i)\bline: (\d+)", str(error))
        line = f" (line {found[1]})" if found else ""
        raise ContactColumnsError(
            f"{shown(path)} cannot be read{line}: expected a CSV file in UTF-8 with a"
            " header, or a Parquet file"
        ) from error


def _join(
    connection: duckdb.DuckDBPyConnection,
    settings: ContactColumns,
    path: Path,
    customers: str,
    *,
    are_numbers: bool,
) -> None:
    if not path.is_file():
        raise ContactColumnsError(f"There is no file {shown(path)} of contact columns")
    reader = (
        "read_parquet($files)"
        if path.suffix.lower() == ".parquet"
        else "read_csv($files, all_varchar = true, header = true)"
    )
    files = {"files": literal_paths([path])}
    described = connection.execute(f"from {reader} limit 0", files).description or []
    names = {str(column[0]).lower(): str(column[0]) for column in described}
    for wanted in (settings.customer_id, *settings.columns):
        if wanted.lower() not in names:
            raise ContactColumnsError(
                f"{shown(path)} has no column {wanted}, expected one of"
                f" {', '.join(names.values())}"
            )
    id_column = f"{quoted(settings.customer_id)}::text"
    odd = connection.execute(
        f"select distinct {id_column} from {reader} where"
        f" trim({id_column}, $blanks) <> {id_column} or {id_column} like '=\"%'"
        f" or ($are_numbers and not regexp_full_match({id_column}, '{PLAIN_NUMBER}'))",
        files | {"blanks": BLANKS, "are_numbers": are_numbers},
    ).fetchall()
    given = [row[0] for row in odd if row[0] is not None]
    connection.execute(
        "create or replace temp table canonical_ids as"
        " select unnest($given::text[]) as given, unnest($ids::text[]) as customer_id",
        {
            "given": given,
            "ids": [canonical_id(text, is_number=are_numbers) for text in given],
        },
    )
    values = ", ".join(
        f"nullif(trim({quoted(name)}::text, $blanks), '') as {quoted(name)}"
        for name in settings.columns
    )
    filled = ", ".join(quoted(name) for name in settings.columns)
    connection.execute(
        "create or replace temp table contact_values as"
        f" with own_table as (select {id_column} as customer_id, {values} from {reader}),"
        # An id that is not plain has another form, or is none.
        " known as (select own_table.* replace (case when canonical_ids.given is null"
        " then own_table.customer_id else canonical_ids.customer_id end as customer_id)"
        " from own_table"
        " left join canonical_ids on own_table.customer_id = canonical_ids.given)"
        f" select distinct customer_id, {filled} from known"
        f" where coalesce({filled}, null) is not null"
        f" and customer_id in (select customer_id::text from {customers})",
        files | {"blanks": BLANKS},
    )
    several = connection.execute(
        "select count(*) from (select customer_id from contact_values"
        " group by customer_id having count(*) > 1)"
    ).fetchall()[0][0]
    if several:
        raise ContactColumnsError(
            f"{shown(path)} has rows that differ from each other for {several:,} of the"
            " customers: expected one row per customer"
        )
