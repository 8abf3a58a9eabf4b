"""Write a synthetic marketplace log with known properties.

At scale 1 the log has the profile of the published case study: 498,879 interactions of
433,787 customers with 200,325 products between 2022-10-01 and 2023-03-31, nine in ten
customers seen once, three in a hundred back after the 80 % quantile of event time. Options
plant other properties, to test whether the warehouse finds them.
"""

import glob
import os
import shutil
import sys
from pathlib import Path

import duckdb

from scripts.synthetic.broken_rows import BROKEN_ROWS, with_broken_rows
from scripts.synthetic.marketplace_plan import GeneratorError, LogPlan, plan_log
from scripts.synthetic.marketplace_rows import log_query


def generate(
    output: Path,
    scale: float = 1.0,
    seed: int = 1,
    retention: float | None = None,
    taste: float = 0.0,
    dirty: float = 0.0,
    memory_limit: str = "4GB",
    threads: int | None = None,
) -> LogPlan:
    """Write a log, ordered by time, to `output` (.parquet, .csv or .csv.gz).

    Args:
        taste: share of the later interactions of returning customers with products of a
            taste that they share with other customers.
        dirty: share of broken rows among all rows.
        memory_limit: how much memory DuckDB uses before it spills to disk.

    Returns:
        The plan; the clean part of the log has exactly its counts.

    Raises:
        GeneratorError: an option is out of range, or the suffix is unknown.
    """
    if not 0 <= taste <= 1:
        raise GeneratorError(f"--taste {taste:g}, must be between 0 and 1")
    if not 0 <= dirty <= 0.5:
        raise GeneratorError(f"--dirty {dirty:g}, must be between 0 and 0.5")
    if seed < 0:
        raise GeneratorError(f"--seed {seed}, must be 0 or more")
    is_parquet = output.name.endswith(".parquet")
    if not (is_parquet or output.name.endswith((".csv", ".csv.gz"))):
        raise GeneratorError(
            f"{output}: the suffix says the format; expected .parquet, .csv or .csv.gz"
        )
    plan = plan_log(scale, retention)
    output.parent.mkdir(parents=True, exist_ok=True)
    _sweep(output)
    unfinished = output.with_name(f".unfinished-{os.getpid()}-{output.name}")
    spill = unfinished.with_name(f"{unfinished.name}.spill")
    columns = "customer_id, product_id, event, event_date, product_name"
    csv_options = "format csv, header" + (
        ", compression gzip" if output.name.endswith(".gz") else ""
    )
    connection = duckdb.connect()
    try:
        connection.execute(f"set memory_limit = '{memory_limit}'")
        connection.execute("set temp_directory = ?", [str(spill)])
        if threads is not None:
            connection.execute(f"set threads = {threads}")
        if scale >= 5 and sys.stderr.isatty():
            connection.execute("set enable_progress_bar = true")
        log = log_query(connection, plan, seed, taste)
        if not dirty:
            rows = f"select {columns} from ({log}) order by event_date, customer_id"
            options = "format parquet" if is_parquet else csv_options
        elif is_parquet:
            kinds = tuple(kind for kind in BROKEN_ROWS if kind != "unreadable line")
            rows = (
                f"select {columns} from ({with_broken_rows(log, dirty, kinds)})"
                f" order by written_at, {columns}, is_cut_off"
            )
            options = "format parquet"
        else:
            # Lines are put together here, because a CSV writer writes no broken lines.
            values = ", ".join(f"coalesce({column}, '')" for column in columns.split(", "))
            rows = (
                "select case when is_cut_off then left(customer_id || ',' || product_id, 5)"
                f" else concat_ws(',', {values}) end as"
                f' "{columns.replace(" ", "")}"'
                f" from ({with_broken_rows(log, dirty, BROKEN_ROWS)})"
                f" order by written_at, {columns}, is_cut_off"
            )
            options = csv_options + ", quote '', escape '', delimiter '\x1f'"
        connection.execute(f"copy ({rows}) to '{_quoted(unfinished)}' ({options})")
        unfinished.replace(output)
    finally:
        connection.close()
        unfinished.unlink(missing_ok=True)
        shutil.rmtree(spill, ignore_errors=True)
    return plan


def _sweep(output: Path) -> None:
    """Remove unfinished copies of this file that killed runs left."""
    for left in output.parent.glob(f".unfinished-*-{glob.escape(output.name)}*"):
        try:
            os.kill(int(left.name.split("-")[1]), 0)
        except ProcessLookupError:
            if left.is_dir():
                shutil.rmtree(left, ignore_errors=True)
            else:
                left.unlink(missing_ok=True)
        except PermissionError:
            pass  # A running process of another user.


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")
