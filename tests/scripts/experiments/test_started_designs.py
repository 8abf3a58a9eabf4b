"""A design is kept when its experiment starts, in whichever way it starts."""

import duckdb

from scripts.build_folder import BuildFolder
from scripts.experiments.started_designs import keep_designs
from scripts.releases.release_folder import Release
from tests.conftest import FinishedBuild, read_release


def release_of(folder: BuildFolder, **verdicts: str) -> Release:
    """A release with the verdicts of experiments, and an attribution window of 14 days."""
    release = Release(folder.releases / "000001-20230301T000000Z")
    release.folder.mkdir(parents=True)
    with duckdb.connect(release.database) as connection:
        for table, column in (
            ("experiment_verdicts", "verdict text"),
            ("experiment_designs", "attribution_days bigint"),
        ):
            connection.execute(f"create table {table} (experiment_id text, {column})")
        for name, verdict in verdicts.items():
            connection.execute(
                "insert into experiment_verdicts values (?, ?)", [name, verdict]
            )
            connection.execute("insert into experiment_designs values (?, 14)", [name])
    return release


def kept_days(folder: BuildFolder) -> dict[str, int]:
    pattern = str(folder.started_designs / "*.parquet")
    with duckdb.connect() as connection:
        return dict(
            connection.execute(
                "select experiment_id, attribution_days from read_parquet(?)", [pattern]
            ).fetchall()
        )


def test_what_has_started_is_kept_once(folder: BuildFolder) -> None:
    """Neither what is planned, nor what `audience start` keeps itself."""
    release = release_of(
        folder, later="planned", early="running", over="ship", listed="running"
    )
    listed = folder.exports / "listed-2023-03-01" / "experiment.parquet"
    listed.parent.mkdir(parents=True)
    with duckdb.connect() as connection:
        connection.execute(f"copy (select 'listed' as experiment_id) to '{listed}'")
    assert keep_designs(folder, release) == ["early", "over"]
    assert kept_days(folder) == {"early": 14, "over": 14}

    # What a later release says of it changes nothing.
    with duckdb.connect(release.database) as connection:
        connection.execute("update experiment_designs set attribution_days = 7")
        connection.execute("update experiment_verdicts set verdict = 'running'")
    assert keep_designs(folder, release) == ["later"]
    assert kept_days(folder) == {"early": 14, "over": 14, "later": 7}


def test_the_designs_of_a_published_release_are_kept(dirty_build: FinishedBuild) -> None:
    """Both examples bring their units."""
    with read_release(dirty_build.folder) as release:
        days = dict(
            release.execute(
                "select experiment_id, attribution_days from experiment_designs"
            ).fetchall()
        )
    assert kept_days(dirty_build.folder) == days
