"""Opt-outs as `make suppress` notes them: a file per call in the build folder.

Every build reads them (models/staging/campaigns/stg_suppressions.sql).
"""

from datetime import UTC, datetime
from pathlib import Path

import duckdb

from scripts.build_folder import BuildFolder, sql_path
from scripts.releases import Release


def note_opt_outs(folder: BuildFolder, customer_ids: list[str], reason: str) -> Path:
    """Write opt-outs down, whole or not at all; returns the file.

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


def customers_in(release: Release, customer_ids: list[str]) -> list[str]:
    """Those of the customers that a release holds."""
    with duckdb.connect(release.database, read_only=True) as connection:
        rows = connection.execute(
            "select customer_id::text from customers"
            " where customer_id::text in (select unnest($ids)) order by 1",
            {"ids": customer_ids},
        ).fetchall()
    return [row[0] for row in rows]


def opted_out_in(folder: BuildFolder, release: Release) -> list[str]:
    """Customers of a release who have opted out since it was made."""
    files = [str(file) for file in sorted(folder.suppressions.glob("*.parquet"))]
    if not files:
        return []
    with duckdb.connect() as connection:
        rows = connection.execute(
            "select distinct customer_id from read_parquet($files)", {"files": files}
        ).fetchall()
    return customers_in(release, [row[0] for row in rows])
