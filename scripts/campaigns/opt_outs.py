"""Opt-outs, as `audience suppress` notes them: a file per call in the build folder.

Every build reads them (models/staging/campaigns/stg_suppressions.sql). A running API reads
them at once, from a file next to the releases (scripts/releases/opted_out_file.py).
"""

import contextlib
import os
import re
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from scripts.blanks import BLANKS
from scripts.build_folder import BuildFolder, literal_paths, sql_path
from scripts.releases.opted_out_file import OptedOutFile, OptedOutFileError
from scripts.releases.release_folder import Release, ReleaseFolder

# As in macros/cleaning/parse_id.sql.
WHOLE_NUMBER = re.compile(r"([+-]?[0-9]{1,400})(?:\.0*)?")


def canonical_id(customer_id: str, *, is_number: bool) -> str | None:
    """An id in the form of the log: 01100 becomes 1100; None if it is no id.

    Args:
        is_number: whether the log's ids are whole numbers (within 64 bits) or text.
    """
    customer_id = customer_id.strip(BLANKS)
    if re.fullmatch('=".*"', customer_id):  # As in a file for Excel.
        customer_id = customer_id[2:-1].strip()
    if not is_number:
        return customer_id if _is_text_of_log(customer_id) else None
    found = WHOLE_NUMBER.fullmatch(customer_id)
    if not found:
        return None
    number = int(found[1])
    return str(number) if -(2**63) <= number < 2**63 else None


def _is_text_of_log(customer_id: str) -> bool:
    """Whether a log can contain it: one line of UTF-8."""
    try:
        return bool(customer_id.encode()) and "\n" not in customer_id
    except UnicodeEncodeError:
        return False


def has_numbers(connection: duckdb.DuckDBPyConnection, customers: str) -> bool:
    """Whether the ids of a table of customers are whole numbers."""
    described = connection.sql(f"select customer_id from {customers} limit 0")
    return str(described.types[0]) == "BIGINT"


def note_opt_outs(folder: BuildFolder, customer_ids: list[str], reason: str) -> Path:
    """Note opt-outs for the next build and for a running API; returns the file.

    Neither waits for a build, so it needs no lock.

    Raises:
        OSError, duckdb.Error: they could not be noted.
    """
    folder.suppressions.mkdir(parents=True, exist_ok=True, mode=0o700)
    now = datetime.now(UTC)
    noted = folder.suppressions / f"{now:%Y%m%dT%H%M%S%fZ}.parquet"
    unfinished = noted.with_suffix(".unfinished")
    with duckdb.connect() as connection:
        connection.execute(
            "copy (select unnest($ids) as customer_id, $reason as reason,"
            " $noted_at::timestamp as noted_at)"
            f" to '{sql_path(unfinished)}' (format parquet)",
            {
                "ids": customer_ids,
                "reason": reason,
                "noted_at": now.replace(tzinfo=None),
            },
        )
    unfinished.chmod(0o600)
    with unfinished.open("rb") as stream:
        os.fsync(stream.fileno())
    unfinished.rename(noted)
    served = OptedOutFile(folder.releases)
    try:
        served.add(customer_ids)
    except OptedOutFileError:
        tell_api(folder)
    return noted


def tell_api(folder: BuildFolder) -> None:
    """Write the file that a running API reads, with the opt-outs that are noted now.

    Without the folder of opt-outs there is nothing to say: the file may be a copy.

    Raises:
        OSError, duckdb.Error: they could not be read or written.
    """
    if folder.suppressions.is_dir():
        OptedOutFile(folder.releases).renew(lambda: texts_of_noted(folder))


def tell_api_of_listed(folder: BuildFolder) -> None:
    """Add the customers of the table `suppressions` whom a release contains.

    The build has read the table; its release may still be held back. Earlier releases
    count too: you can go back to them.

    Raises:
        OSError, duckdb.Error: they could not be read or written.
    """
    listed: set[str] = set()
    with duckdb.connect(folder.warehouse, read_only=True) as connection:
        connection.execute(
            "create temp table suppressed as select customer_id::text as customer_id"
            " from intermediate.int_suppressed_customers"
        )
        for release in ReleaseFolder(folder.releases).all():
            with contextlib.suppress(duckdb.Error):  # A damaged release is not served.
                listed.update(_suppressed_in(connection, release))
    served = OptedOutFile(folder.releases)
    if listed or served.path.exists():
        served.replace(listed=listed)


def _suppressed_in(connection: duckdb.DuckDBPyConnection, release: Release) -> list[str]:
    """The customers of a release who are in the table `suppressed` of a connection."""
    connection.execute(f"attach '{sql_path(release.database)}' as release (read_only)")
    try:
        rows = connection.execute(
            "select customer_id::text from release.customers"
            " where customer_id::text in (select customer_id from suppressed)"
        ).fetchall()
    finally:
        connection.execute("detach release")
    return [row[0] for row in rows]


def texts_of_noted(folder: BuildFolder) -> list[str]:
    """The ids of all customers who have opted out until now, as they were noted.

    Raises:
        duckdb.Error: a file cannot be read.
    """
    files = literal_paths(sorted(folder.suppressions.glob("*.parquet")))
    if not files:
        return []
    with duckdb.connect() as connection:
        rows = connection.execute(
            "select distinct customer_id"
            " from read_parquet($files, hive_partitioning = false)",
            {"files": files},
        ).fetchall()
    return [row[0].strip(BLANKS) for row in rows]


def noted_opt_outs(folder: BuildFolder, *, are_numbers: bool) -> list[str]:
    """The canonical ids of all customers who have opted out until now.

    Args:
        are_numbers: whether the log's ids are whole numbers; other ids are then left out.

    Raises:
        duckdb.Error: a file cannot be read.
    """
    ids = {canonical_id(text, is_number=are_numbers) for text in texts_of_noted(folder)}
    return sorted(found for found in ids if found is not None)


def customers_in(
    database: Path | None, customer_ids: list[str], customers: str = "customers"
) -> list[str]:
    """The customers that a database contains.

    Args:
        database: its file; None if `customers` reads files.
        customers: the table of customers, or SQL that reads it.
    """
    with duckdb.connect(
        database or ":memory:", read_only=database is not None
    ) as connection:
        is_number = has_numbers(connection, customers)
        rows = connection.execute(
            f"select customer_id::text from {customers}"
            " where customer_id::text in (select unnest($ids)) order by 1",
            {"ids": [canonical_id(name, is_number=is_number) for name in customer_ids]},
        ).fetchall()
    return [row[0] for row in rows]


def opted_out_in(folder: BuildFolder, release: Release) -> list[str]:
    """Customers of a release who have opted out since it was made."""
    with duckdb.connect(release.database, read_only=True) as connection:
        are_numbers = has_numbers(connection, "customers")
    return customers_in(release.database, noted_opt_outs(folder, are_numbers=are_numbers))
