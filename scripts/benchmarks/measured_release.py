"""Build a log and judge the lists of its release by what happened later."""

import contextlib
import json
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from scripts.benchmarks.builds import run_audience
from scripts.benchmarks.late_outcomes import (
    create_first_outside,
    create_relevant,
    difference_interval,
    judge,
)
from scripts.benchmarks.ranking_bars import KNOWN, NEW, Measurement
from scripts.build_folder import BuildFolder, sql_path

LISTS = {KNOWN: "product_audiences", NEW: "new_product_audiences"}
IS_JUDGED = {
    KNOWN: "product_id in (select product_id from early_pairs)",
    # A product of which nothing is known has no list.
    NEW: "product_id not in (select product_id from early_pairs)"
    " and product_id in (select product_id from new_product_lists)",
}


@dataclass(frozen=True)
class TimedBuild:
    """A build, and the seconds it took."""

    folder: BuildFolder
    seconds: float

    @property
    def ranking_seconds(self) -> float:
        """Of the models in models/intermediate/rankings, added up."""
        results = json.loads((self.folder.dbt_target / "run_results.json").read_text())
        nodes = json.loads((self.folder.dbt_target / "manifest.json").read_text())["nodes"]
        return float(
            sum(
                result["execution_time"]
                for result in results["results"]
                if result["unique_id"].startswith("model.")
                and "rankings" in nodes[result["unique_id"]]["fqn"]
                and "intermediate" in nodes[result["unique_id"]]["fqn"]
            )
        )


def build(
    root: Path, log: Path, *options: str, command: str = "build", **settings: Any
) -> TimedBuild:
    """Build a log from nothing, in a folder of its own.

    Raises:
        BuildError: it failed.
    """
    folder = BuildFolder(root / "build")
    shutil.rmtree(folder.root, ignore_errors=True)
    started = time.monotonic()
    run_audience(
        folder, command, "--log", str(log), "--vars", json.dumps(settings), *options
    )
    return TimedBuild(folder, time.monotonic() - started)


@contextlib.contextmanager
def released(connection: duckdb.DuckDBPyConnection, folder: BuildFolder) -> Iterator[None]:
    """Attach the current release as `release`."""
    path = folder.releases / "current" / "audience.duckdb"
    connection.execute(f"attach '{sql_path(path)}' as release (read_only)")
    try:
        yield
    finally:
        connection.execute("detach release")


def measure(
    connection: duckdb.DuckDBPyConnection, built: TimedBuild, log: str, title: str
) -> list[Measurement]:
    """Judge the lists for known products, and for new ones if there are any.

    Args:
        connection: with the tables of `real_logs.split`.
    """
    with released(connection, built.folder):
        for audience, source in LISTS.items():
            connection.execute(
                f"create or replace table {audience.replace(' ', '_')[:-1]}_lists as"
                " select product_id::varchar as product_id, audience_rank as place,"
                f" customer_id::varchar as customer_id from release.{source}"
            )
        connection.execute(
            "create or replace table by_engagement as select customer_id::varchar as"
            " customer_id, engagement_rank as place from release.customers"
        )
        return [
            _judged(connection, built, log, title, audience)
            for audience in LISTS
            if _prepare(connection, audience)
        ]


def _prepare(connection: duckdb.DuckDBPyConnection, audience: str) -> bool:
    """Create what an audience is judged by; returns whether there are products."""
    create_relevant(connection, IS_JUDGED[audience])
    row = connection.execute("select count(*) from judged_products").fetchone()
    return row is not None and row[0] > 0


def _judged(
    connection: duckdb.DuckDBPyConnection,
    built: TimedBuild,
    log: str,
    title: str,
    audience: str,
) -> Measurement:
    lists = f"{audience.replace(' ', '_')[:-1]}_lists"
    create_first_outside(connection, "by_engagement", "engagement_lists")
    served, engagement = judge(connection, lists), judge(connection, "engagement_lists")
    row = connection.execute(
        "select count(distinct customer_id) from (from early_pairs union from late_pairs)"
    ).fetchone()
    assert row is not None
    low, high = difference_interval(served, engagement, row[0])
    said = connection.execute(
        "select ranking, statement from release.served_rankings where audience = ?",
        [audience],
    ).fetchone()
    assert said is not None
    ranking, statement = said
    return Measurement(
        log=log,
        title=title,
        audience=audience,
        served=served,
        engagement=engagement,
        low=low,
        high=high,
        ranking=ranking,
        statement=statement,
        seconds=built.seconds,
        ranking_seconds=built.ranking_seconds,
    )
