"""Write a synthetic marketplace log with known properties.

At scale 1 the log has the profile of the published case study: 498,879 interactions of
433,787 customers with 200,325 products between 2022-10-01 and 2023-03-31, nine in ten
customers seen once, three in a hundred back after the 80 % quantile of event time. Volume
follows weekday, season and growth; customers arrive and return in one process in time.
Options plant other properties, to test whether the warehouse finds them.
"""

import glob
import os
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

import duckdb

from scripts.synthetic.broken_rows import BROKEN_ROWS, with_broken_rows
from scripts.synthetic.marketplace_plan import GeneratorError, LogPlan, plan_log
from scripts.synthetic.marketplace_rows import automated_interactions, create_log_rows
from scripts.synthetic.marketplace_truth import LogTruth, find_truth, write_truth

COLUMNS = "customer_id, product_id, event, event_date, product_name"
MOST_AUTOMATED = 10_000


@dataclass(frozen=True)
class GeneratedLog:
    """What a log holds, broken rows aside; the counts include automated customers."""

    plan: LogPlan
    truth: LogTruth
    automated: int

    @property
    def automated_interactions(self) -> int:
        return automated_interactions(self.automated)

    @property
    def interactions(self) -> int:
        return self.plan.interactions + self.automated_interactions

    @property
    def customers(self) -> int:
        return self.plan.customers + self.automated

    @property
    def products(self) -> int:
        return self.plan.products


def generate(
    output: Path,
    scale: float = 1.0,
    seed: int = 1,
    retention: float | None = None,
    taste: float = 0.0,
    dirty: float = 0.0,
    memory_limit: str = "4GB",
    threads: int | None = None,
    automated: int = 0,
    truth: Path | None = None,
) -> GeneratedLog:
    """Write a log, ordered by time, to `output` (.parquet, .csv or .csv.gz).

    Args:
        taste: share of the interactions after a customer's first that are with products of
            a taste that the customer shares with others.
        dirty: share of broken rows among all rows.
        memory_limit: how much memory DuckDB uses before it spills to disk.
        automated: number of additional customers with hundreds of interactions on one day.
        truth: Parquet file for the truth about each customer.

    Raises:
        GeneratorError: an option is out of range, or the suffix is unknown.
    """
    if not 0 <= taste <= 1:
        raise GeneratorError(f"--taste {taste:g}, must be between 0 and 1")
    if not 0 <= dirty <= 0.5:
        raise GeneratorError(f"--dirty {dirty:g}, must be between 0 and 0.5")
    if seed < 0:
        raise GeneratorError(f"--seed {seed}, must be 0 or more")
    if not 0 <= automated <= MOST_AUTOMATED:
        raise GeneratorError(
            f"--automated {automated}, must be between 0 and {MOST_AUTOMATED}"
        )
    if not output.name.endswith((".parquet", ".csv", ".csv.gz")):
        raise GeneratorError(
            f"{output}: the suffix says the format; expected .parquet, .csv or .csv.gz"
        )
    if truth is not None and (not truth.name.endswith(".parquet") or truth == output):
        raise GeneratorError(
            f"--truth {truth}, must be another file whose name ends in .parquet"
        )
    plan = plan_log(scale, retention)
    unfinished = _unfinished(output)
    spill = unfinished.with_name(f"{unfinished.name}.spill")
    connection = duckdb.connect()
    try:
        connection.execute(f"set memory_limit = '{memory_limit}'")
        connection.execute("set temp_directory = ?", [str(spill)])
        if threads is not None:
            connection.execute(f"set threads = {threads}")
        if scale >= 5 and sys.stderr.isatty():
            connection.execute("set enable_progress_bar = true")
        create_log_rows(connection, plan, seed, taste, automated)
        interactions = plan.interactions + automated_interactions(automated)
        found = find_truth(connection, plan, seed, interactions)
        rows, options = _written_rows("from log_rows", output.name, dirty)
        connection.execute(f"copy ({rows}) to '{_quoted(unfinished)}' ({options})")
        if truth is not None:
            unfinished_truth = _unfinished(truth)
            try:
                write_truth(connection, automated, taste, unfinished_truth)
                unfinished_truth.replace(truth)
            finally:
                unfinished_truth.unlink(missing_ok=True)
        unfinished.replace(output)
    finally:
        connection.close()
        unfinished.unlink(missing_ok=True)
        shutil.rmtree(spill, ignore_errors=True)
    return GeneratedLog(plan, found, automated)


def _written_rows(log: str, name: str, dirty: float) -> tuple[str, str]:
    """The query whose rows are written, and the options of the file's format."""
    is_parquet = name.endswith(".parquet")
    options = "format parquet" if is_parquet else "format csv, header"
    if name.endswith(".gz"):
        options += ", compression gzip"
    if not dirty:
        return f"select {COLUMNS} from ({log}) order by event_date, customer_id", options
    order = f"order by written_at, {COLUMNS}, is_cut_off"
    if is_parquet:
        kinds = tuple(kind for kind in BROKEN_ROWS if kind != "unreadable line")
        return (
            f"select {COLUMNS} from ({with_broken_rows(log, dirty, kinds)}) {order}",
            options,
        )
    # Lines are put together here, because a CSV writer writes no broken lines.
    values = ", ".join(f"coalesce({column}, '')" for column in COLUMNS.split(", "))
    lines = (
        "select case when is_cut_off then left(customer_id || ',' || product_id, 5)"
        f" else concat_ws(',', {values}) end as"
        f' "{COLUMNS.replace(" ", "")}"'
        f" from ({with_broken_rows(log, dirty, BROKEN_ROWS)}) {order}"
    )
    return lines, f"{options}, quote '', escape '', delimiter '\x1f'"


def _unfinished(output: Path) -> Path:
    """Where the file grows until it is complete; removes what killed runs left there."""
    output.parent.mkdir(parents=True, exist_ok=True)
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
    return output.with_name(f".unfinished-{os.getpid()}-{output.name}")


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")
