"""Check that a build may be published, and that its copy is complete."""

import json
from pathlib import Path
from typing import Any

import duckdb

from scripts import resource_limits
from scripts.build_folder import BuildFolder
from scripts.releases.evidence_state import left_out_results
from scripts.releases.release_folder import ReleaseError

GOOD_STATUSES = {"success", "pass", "warn", "no-op"}


def check_build(folder: BuildFolder) -> tuple[dict[str, Any], dict[str, Any]]:
    """Check that the last dbt run built every model and that no test failed.

    Returns:
        dbt's manifest and run results. If the last run left the evidence as it was, they
        include the results of the run that measured it.

    Raises:
        ReleaseError: a model or test is missing or failed; the message names it.
    """
    try:
        manifest = json.loads((folder.dbt_target / "manifest.json").read_text())
        results = json.loads((folder.dbt_target / "run_results.json").read_text())
    except (FileNotFoundError, json.JSONDecodeError) as error:
        raise ReleaseError(
            f"No results of a dbt run in {folder.dbt_target}: run `audience build`, which"
            " also publishes"
        ) from error
    results["results"] += left_out_results(folder, results)
    statuses = {result["unique_id"]: result["status"] for result in results["results"]}
    failed = [
        node.split(".")[2]
        for node, status in statuses.items()
        if status not in GOOD_STATUSES
    ]
    if failed:
        raise ReleaseError(
            f"Not published: {', '.join(failed[:3])}"
            f"{f' and {len(failed) - 3} more' if len(failed) > 3 else ''} failed or did not"
            " run in the last dbt run. Fix that and run `audience build`"
        )
    expected = {
        name
        for name, node in manifest["nodes"].items()
        if node["resource_type"] in ("model", "seed", "test")
        and node["config"]["enabled"]
        and node["config"].get("materialized") != "ephemeral"
    }
    missing = sorted(expected - set(statuses))
    if missing:
        raise ReleaseError(
            f"Not published: the last dbt run (`dbt {results['args'].get('which')}`) left"
            f" out {len(missing)} of {len(expected)} models and tests, for example"
            f" {missing[0].split('.')[2]}. Run `audience build`"
        )
    return manifest, results


def check_invocation(
    connection: duckdb.DuckDBPyConnection, results: dict[str, Any]
) -> None:
    """Check that the dbt run with these results was the last to write the warehouse.

    Args:
        connection: has the warehouse attached as `warehouse`.

    Raises:
        ReleaseError: another run was.
    """
    row = connection.execute("select invocation_id from warehouse.main.last_run").fetchone()
    if row is None or row[0] != results["metadata"]["invocation_id"]:
        raise ReleaseError(
            "Not published: the warehouse was last written by another dbt run than the one"
            " whose results are in the build folder. Run `audience build`"
        )


def check_copy(folder: BuildFolder, database: Path, counts: dict[str, int]) -> None:
    """Open a written release as a reader does, and count its rows again.

    Args:
        counts: rows by table, as they were copied.

    Raises:
        ReleaseError: a count differs, or there are no customers.
    """
    with resource_limits.connect(folder, database) as connection:
        connection.execute("set enable_external_access = false")
        connection.execute("set lock_configuration = true")
        for table, count in counts.items():
            row = connection.execute(f"select count(*) from {table}").fetchone()
            if row is None or row[0] != count:
                raise ReleaseError(f"Not published: {table} cannot be read back")
        if not counts["main.customers"]:
            raise ReleaseError("Not published: the warehouse has no customers")
