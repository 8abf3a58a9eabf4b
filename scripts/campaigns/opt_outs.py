"""Opt-outs, as `audience suppress` notes them: a file per call in the build folder.

Every build reads them (models/staging/campaigns/stg_suppressions.sql).
"""

import re
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from scripts.build_folder import BuildFolder, literal_paths, sql_path
from scripts.releases.release_folder import Release


def canonical_id(customer_id: str, *, is_number: bool) -> str | None:
    """An id in the form of the log: 01100 becomes 1100; None if it is no id.

    Args:
        is_number: whether the log's ids are whole numbers (within 64 bits) or text.
    """
    customer_id = customer_id.strip()
    if not is_number:
        return customer_id or None
    if not re.fullmatch(r"[+-]?[0-9]{1,40}", customer_id):
        return None
    number = int(customer_id)
    return str(number) if -(2**63) <= number < 2**63 else None


def has_numbers(connection: duckdb.DuckDBPyConnection, customers: str) -> bool:
    """Whether the ids of a table of customers are whole numbers."""
    described = connection.sql(f"select customer_id from {customers} limit 0")
    return str(described.types[0]) == "BIGINT"


def note_opt_outs(folder: BuildFolder, customer_ids: list[str], reason: str) -> Path:
    """Write opt-outs to a file in one step; returns the file.

    Raises:
        OSError, duckdb.Error: they could not be written.
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
    unfinished.rename(noted)
    return noted


def noted_opt_outs(folder: BuildFolder, *, are_numbers: bool) -> list[str]:
    """The canonical ids of all customers who have opted out until now.

    Args:
        are_numbers: whether the log's ids are whole numbers; other ids are then left out.

    Raises:
        duckdb.Error: a file cannot be read.
    """
    files = literal_paths(sorted(folder.suppressions.glob("*.parquet")))
    if not files:
        return []
    with duckdb.connect() as connection:
        rows = connection.execute(
            "select distinct customer_id from read_parquet($files)", {"files": files}
        ).fetchall()
    ids = {canonical_id(row[0], is_number=are_numbers) for row in rows}
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
