"""Two tables by dbt, by the same SQL without dbt, and by Polars, in turns."""

import json
import re
import resource
import shutil
import time
from pathlib import Path
from typing import Any

from scripts import resource_limits
from scripts.benchmarks.builds import (
    Timing,
    in_own_process,
    peak_megabytes,
    run_program,
)
from scripts.build_folder import PROJECT, BuildFolder

# The Polars program writes the same tables.
COMPARED_TABLES = ("stg_interactions", "int_engagement_ranks")
CONTENDERS = ("DuckDB by dbt (a)", "DuckDB without dbt (b)", "Polars")


def nodes_by_table(folder: BuildFolder) -> dict[str, list[dict[str, Any]]]:
    """Models and seeds that each compared table needs, from dbt's manifest, in order.

    A model that several tables need is listed with the first of them.
    """
    nodes = json.loads((folder.dbt_target / "manifest.json").read_text())["nodes"]
    ids = {node["name"]: node_id for node_id, node in nodes.items()}
    seen: set[str] = set()

    def collect(node_id: str) -> list[dict[str, Any]]:
        # A source is none of dbt's nodes.
        if node_id in seen or node_id not in nodes:
            return []
        seen.add(node_id)
        parents = nodes[node_id]["depends_on"].get("nodes", [])
        return [node for parent in parents for node in collect(parent)] + [nodes[node_id]]

    return {table: collect(ids[table]) for table in COMPARED_TABLES}


def run_plain_sql(folder: BuildFolder, database: Path) -> Timing:
    """Run the compared models' SQL, as dbt compiled it; call it in a new process.

    Args:
        database: a file in an empty folder, with the warehouse's name, which compiled SQL
            contains.
    """
    shutil.rmtree(database.parent, ignore_errors=True)
    database.parent.mkdir(parents=True)
    results = json.loads((folder.dbt_target / "run_results.json").read_text())["results"]
    compiled = {result["unique_id"]: result["compiled_code"] for result in results}
    seconds = dict.fromkeys(COMPARED_TABLES, 0.0)
    profile = (PROJECT / "profiles.yml").read_text(encoding="utf-8")
    (skipped,) = re.findall(r"'disabled_compression_methods', '([\w,]+)'", profile)
    with resource_limits.connect(folder, database, read_only=False) as connection:
        connection.execute(
            "set TimeZone = 'UTC'; set enable_progress_bar = false;"
            f"set disabled_compression_methods = '{skipped}'"
        )
        for table, nodes in nodes_by_table(folder).items():
            for node in nodes:
                is_seed = node["resource_type"] == "seed"
                query = compiled[node["unique_id"]]
                if is_seed:
                    query = f"from read_csv('{PROJECT / node['original_file_path']}')"
                kind = "view" if node["config"]["materialized"] == "view" else "table"
                connection.execute(f"create schema if not exists {node['schema']}")
                started = time.perf_counter()
                connection.execute(f"create {kind} {node['relation_name']} as {query}")
                seconds[table] += 0 if is_seed else time.perf_counter() - started
    return Timing(seconds, peak_megabytes(resource.RUSAGE_SELF))


def compare_tables(
    folder: BuildFolder, log: Path, root: Path, alone: Timing
) -> list[Timing]:
    """The compared tables by each contender, after a run of the models alone.

    Args:
        root: the folder of the other contenders.
        alone: the timing of that run.
    """
    needed = {
        table: sum(alone.seconds.get(node["name"], 0) for node in nodes)
        for table, nodes in nodes_by_table(folder).items()
    }
    plain = in_own_process(run_plain_sql, folder, root / "plain" / folder.warehouse.name)
    output = run_program(
        folder, "scripts.benchmarks.polars_program", str(log), str(root / "polars")
    )
    return [
        Timing(needed, alone.peak_megabytes),
        plain,
        Timing(**json.loads(output)),
    ]
