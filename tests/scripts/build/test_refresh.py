"""`audience refresh`: new files of the log become a release, with nothing said again."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from scripts.build_folder import BuildFolder
from scripts.releases.evidence_state import read_state, write_state
from scripts.releases.release_folder import ReleaseFolder
from scripts.releases.run_history import read_history
from tests.conftest import read_release, run_audience

HEADER = "customer_id,product_id,event,event_date,product_name\n"


def listed(folder: BuildFolder, product: int) -> set[int]:
    """The customers in the audience of a product."""
    with read_release(folder) as release:
        found = release.execute(
            "select customer_id from product_audiences where product_id = ?", [product]
        ).fetchall()
    return {customer for (customer,) in found}


@pytest.mark.slow
def test_a_new_file_is_served_with_the_settings_of_before(
    folder: BuildFolder, tmp_path: Path
) -> None:
    log = tmp_path / "log"
    log.mkdir()
    (tmp_path / "audience.yml").touch()
    (tmp_path / "tables").mkdir()
    (tmp_path / "tables" / "feedback_events.csv").write_text(
        "event,effect\nreturned,exclude_product\ncomplained,opt_out\n"
    )
    own_tables = {"AUDIENCE_WORKSPACE": str(tmp_path)}
    (log / "1.csv").write_text(
        HEADER + "1,1,cart,2023-03-01,One\n2,2,cart,2023-03-02,Two\n2,1,cart,2023-03-02,\n"
        "9,2,cart,2023-03-01,\n"
    )
    order = ("--log", f"{log}/*.csv", "--vars", "{top_n: 3, exclude: none}")
    built = run_audience(folder, "build", *order, **own_tables)
    assert built.returncode == 0, built.stderr
    assert "Reading the whole log: this is the first build." in built.stdout
    assert (listed(folder, 1), listed(folder, 2)) == ({1, 2, 9}, {1, 2, 9})
    # Late rows, one of them a repeat, and a new product; feedback of customers 2 and 9.
    (log / "2.csv").write_text(
        HEADER + "1,1,cart,2023-03-01,One\n3,1,cart,2023-02-27,Late\n3,4,cart,2023-03-03,\n"
        "2,1,returned,2023-03-03,\n9,2,complained,2023-03-03,\n"
    )
    planned = run_audience(folder, "refresh", "--dry-run", **own_tables)
    assert "1 of the 2 files of the log are new" in planned.stdout
    assert "it is renewed after 7 days" in planned.stdout
    refreshed = run_audience(folder, "refresh", **own_tables)
    assert refreshed.returncode == 0, refreshed.stderr
    assert "1 of 2 files of the log are new." in refreshed.stdout
    assert "it is renewed after 7 days" in refreshed.stdout
    release = ReleaseFolder(folder.releases).current()
    assert release is not None
    assert release.release_id.startswith("000002-")
    assert release.manifest["settings"]["top_n"] == 3
    with duckdb.connect(release.database, read_only=True) as connection:
        products = connection.execute("from products order by product_id").fetchall()
        duplicates = connection.execute(
            "select row_count from row_accounting where outcome = 'duplicate'"
        ).fetchone()
        changes = connection.execute(
            "select customer_id, change, earlier_release_id from lookup.ranking_changes"
            " order by customer_id"
        ).fetchall()
        counts = connection.execute(
            "select event, effect, row_count from feedback_counts order by event"
        ).fetchall()
    assert [row[:4] for row in products] == [
        (1, "One", 4, 3),
        (2, "Two", 3, 2),
        (4, None, 1, 1),
    ]
    assert duplicates == (1,)
    first = ReleaseFolder(folder.releases).all()[0].release_id
    assert changes == [
        (1, "stayed", first),
        (2, "stayed", first),
        (3, "entered", first),
        (None, "gone", first),
    ]
    assert release.manifest["earlier"]["release_id"] == first
    # The feedback of the new file acts: on one product, and on all tables.
    assert counts == [("complained", "opt_out", 1), ("returned", "exclude_product", 1)]
    assert (listed(folder, 1), listed(folder, 2)) == ({1, 3}, {1, 2, 3})

    again = run_audience(folder, "refresh", **own_tables)
    assert again.returncode == 0, again.stderr
    assert f"Nothing is new since {release.release_id}" in again.stdout
    assert ReleaseFolder(folder.releases).current() == release

    runs = [(run.program_name, run.result) for run in read_history(folder)]
    assert runs == [
        ("build", "published"),
        ("refresh", "published"),
        ("refresh", "unchanged"),
    ]
    assert 'audience_refresh_result{result="unchanged"} 1' in folder.metrics.read_text()


@pytest.mark.long
def test_evidence_older_than_a_week_is_renewed_although_no_file_is_new(
    folder: BuildFolder, tmp_path: Path
) -> None:
    log = tmp_path / "log"
    log.mkdir()
    (log / "1.csv").write_text(HEADER + "1,1,cart,2023-03-01,One\n2,1,cart,2023-03-02,\n")
    built = run_audience(folder, "build", "--log", f"{log}/*.csv")
    assert built.returncode == 0, built.stderr
    (log / "2.csv").write_text(HEADER + "1,2,cart,2023-03-03,Two\n")
    for age, first_said, until in (
        (6, "Keeping the evidence of", "2023-03-02"),
        (8, "Measuring the evidence: it was measured on", "2023-03-03"),
    ):
        state = read_state(folder)
        assert state is not None
        measured_at = (datetime.now(UTC) - timedelta(days=age)).isoformat()
        write_state(folder, replace(state, measured_at=measured_at))
        refreshed = run_audience(folder, "refresh")
        assert refreshed.returncode == 0, refreshed.stderr
        assert f"\n{first_said}" in refreshed.stdout
        with read_release(folder) as release:
            measured = release.execute(
                "select distinct measured_until::date::text from evidence_conclusions"
            ).fetchall()
            assert measured == [(until,)]
            assert release.execute("select count(*) from products").fetchone() == (2,)
    again = run_audience(folder, "refresh")
    assert "Nothing is new since" in again.stdout


def test_there_is_nothing_to_refresh_before_the_first_build(folder: BuildFolder) -> None:
    outcome = run_audience(folder, "refresh")
    assert outcome.returncode == 1
    assert "There is no release to refresh" in outcome.stderr
