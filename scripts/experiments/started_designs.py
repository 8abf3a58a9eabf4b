"""Keep the design of experiments that have started without `audience start`.

Units that were brought start an experiment: builds after the first release with them
compare the seeds with the design of that release.
"""

import os

import duckdb

from scripts.build_folder import BuildFolder, literal_paths, sql_path
from scripts.releases.release_folder import Release

# Experiments without a design that was kept at their start.
STARTED = """
select experiment_id
from release.experiment_verdicts
where verdict <> 'planned' and experiment_id not in (select unnest($kept::text[]))
order by experiment_id
"""


def keep_designs(folder: BuildFolder, release: Release) -> list[str]:
    """Keep the designs of started experiments, each once.

    Returns:
        The experiments whose design is kept from now on.

    Raises:
        OSError, duckdb.Error: a design could not be written.
    """
    files = sorted(folder.exports.glob("*/experiment.parquet"))
    files += sorted(folder.started_designs.glob("*.parquet"))
    with duckdb.connect() as connection:
        connection.execute(f"attach '{sql_path(release.database)}' as release (read_only)")
        kept = []
        if files:
            kept = connection.execute(
                "select experiment_id from read_parquet($files, hive_partitioning = false)",
                {"files": literal_paths(files)},
            ).fetchall()
        found = connection.execute(STARTED, {"kept": [row[0] for row in kept]}).fetchall()
        for (name,) in found:
            design = folder.started_designs / f"{name}.parquet"
            design.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            # The pattern of the designs does not match this file.
            unfinished = design.with_name(f".unfinished-{os.getpid()}")
            connection.execute(
                "copy (from release.experiment_designs where experiment_id = $name)"
                f" to '{sql_path(unfinished)}' (format parquet, compression zstd)",
                {"name": name},
            )
            unfinished.replace(design)
    return [row[0] for row in found]
