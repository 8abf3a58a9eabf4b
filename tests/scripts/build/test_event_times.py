"""Times of the log: what is rejected, what is noted, and what the refusal says."""

import json
from pathlib import Path
from typing import Any

import duckdb
import pytest

from scripts.build.dbt_run import DbtRun, run_dbt
from scripts.build.incremental import run_incrementally
from scripts.build_folder import BuildFolder
from tests.conftest import read_release, run_audience

HEADER = "customer_id,product_id,event,event_date\n"
# Reads the log and its side inputs, and looks at what became of their rows.
JUDGE = ["build", "--exclude-resource-type", "unit_test", "--indirect-selection"]
JUDGE += ["cautious", "--select", "+stg_interactions", "+stg_side_input_rows"]
JUDGE += ["assert_log_is_usable", "assert_side_inputs_are_usable"]
JUDGE += ["assert_local_times_stand_once", "assert_day_and_month_can_be_told"]


def written(path: Path, times: list[str], first: int = 1) -> Path:
    path.parent.mkdir(exist_ok=True)
    path.write_text(
        HEADER
        + "".join(
            f"{customer},{customer % 5},cart,{time}\n"
            for customer, time in enumerate(times, first)
        )
    )
    return path


def judged(folder: BuildFolder, log: Path, **settings: Any) -> DbtRun:
    return run_dbt(JUDGE, {"log": str(log)} | settings, folder)


@pytest.mark.slow
def test_impossible_times_are_set_aside_and_the_summary_names_their_setting(
    folder: BuildFolder, tmp_path: Path
) -> None:
    days = [f"{1 + number % 12:02}/{1 + number % 7:02}/2023" for number in range(96)]
    sentinels = ["31/12/9999", "31/12/9999", "01/01/2204", "01/01/23"]
    log = written(tmp_path / "log.csv", days + sentinels)
    settings = json.dumps({"time_format": "%d/%m/%Y"})
    outcome = run_audience(folder, "build", "--log", str(log), "--vars", settings)
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr
    said = outcome.stdout
    assert f"event_date after latest_event; the first in {log}, line 98" in said
    assert f"event_date before earliest_event; the first in {log}, line 101" in said
    assert "Note: time_format = %d/%m/%Y: no day of the log is later than the 12th" in said
    with read_release(folder) as release:
        profile = release.execute(
            "select first_interaction_at::text, as_of_at::text from dataset_profile"
        ).fetchone()
        rejects = release.execute(
            "select reason, row_count from row_accounting"
            " where outcome = 'rejected' and row_count > 0 order by 1"
        ).fetchall()
        days_of_calendar = release.execute("select count(*) from calendar_days").fetchone()
    assert profile == ("2023-01-01 00:00:00", "2023-07-12 00:00:00")
    assert rejects == [
        ("event_date after latest_event", 3),
        ("event_date before earliest_event", 1),
    ]
    assert days_of_calendar == (193,)


@pytest.mark.long
def test_new_files_are_judged_by_themselves(folder: BuildFolder, tmp_path: Path) -> None:
    """Also when the same refresh is tried again, which reads the whole log."""
    log = tmp_path / "log"
    settings = {"log": f"{log}/*.csv"}
    written(log / "1.csv", ["2023-01-01"] * 600)
    assert run_incrementally(JUDGE, settings, folder).problems == []
    written(log / "2.csv", ["02.01.2023"] * 20, first=601)
    for _ in range(2):
        (problem,) = run_incrementally(JUDGE, settings, folder).problems
        assert problem.startswith(
            f"{log}/2.csv: 20 of 20 rows were rejected (most often unparseable event_date,"
            " for example {"
        )
        assert "at most 5.0 % are tolerated, in each file. Correct the file" in problem
    # A mistyped year does not become the newest time; few rejects in a small file pass.
    written(log / "2.csv", ["2023-01-02"] * 19 + ["2204-01-02"], first=601)
    assert run_incrementally(JUDGE, settings, folder).problems == []
    with duckdb.connect(folder.warehouse, read_only=True) as warehouse:
        found = warehouse.execute(
            "select count(*), max(event_at)::text from staging.stg_interactions"
        ).fetchone()
    assert found == (619, "2023-01-02 00:00:00")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("time", "settings", "said"),
    [
        (
            "1704103200000000",
            {"time_format": "epoch_ms"},
            " Does the mapping fit this log? time_format: epoch_us reads such numbers.",
        ),
        pytest.param(
            "1704103200",
            {},
            " time_format: epoch_s reads such numbers.",
            marks=pytest.mark.long,
        ),
        pytest.param(
            "1.7041E+12",
            {"time_format": "epoch_ms"},
            "Numbers in scientific notation have lost digits: write them in full.",
            marks=pytest.mark.long,
        ),
        pytest.param(
            "31/12/23",
            {"time_format": "%d/%m/%Y"},
            "(most often event_date before earliest_event, ",
            marks=pytest.mark.long,
        ),
        pytest.param(
            "31/12/23",
            {"time_format": "%d/%m/%Y"},
            " Years of two digits are %y in time_format.",
            marks=pytest.mark.long,
        ),
        pytest.param(
            "1956-03-01",
            {},
            " set earliest_event to an earlier one than 1990-01-01 00:00:00.",
            marks=pytest.mark.long,
        ),
        pytest.param(
            "2024-01-01 10:00 CET",
            {},
            "Remove the name in an expression, and name the zone of all times in time_z",
            marks=pytest.mark.long,
        ),
        pytest.param(
            "2024-03-31 02:30",
            {"time_zone": "Europe/Berlin"},
            "The clock of time_zone = Europe/Berlin never shows it. Is the zone right?",
            marks=pytest.mark.long,
        ),
    ],
)
def test_a_refusal_says_what_helps(
    folder: BuildFolder, tmp_path: Path, time: str, settings: dict[str, Any], said: str
) -> None:
    run = judged(folder, written(tmp_path / "log.csv", [time] * 3), **settings)
    (problem,) = run.problems
    assert said in problem


@pytest.mark.slow
def test_an_hour_that_the_clock_shows_twice_is_noted(
    folder: BuildFolder, tmp_path: Path
) -> None:
    times = ["2024-10-27 02:30", "2024-10-27 02:45", "2024-10-27 03:30", "2024-12-13"]
    contacts = tmp_path / "contacts.csv"
    contacts.write_text(
        "customer_id,contacted_at\n1,01/02/2024\n1,01/02/24\n2,2024-07-02T10:00Z\n"
    )
    run = judged(
        folder,
        written(tmp_path / "log.csv", times),
        time_zone="Europe/Berlin",
        contacts={
            "path": str(contacts),
            "time_format": ["%d/%m/%Y", "iso"],
            "time_zone": "Europe/Berlin",
        },
        max_reject_share=0.5,
    )
    assert run.problems == []
    assert sorted(run.warnings) == [
        "2 interactions are of an hour that the clock of time_zone = Europe/Berlin shows"
        " twice, the first at 2024-10-27 00:30:00 UTC: the first of the two times is taken."
        " Write times with their offset to tell them apart.",
        "contacts, time_format = %d/%m/%Y: no day of the contacts is later than the 12th of"
        " its month, so that the data do not show which number is the day and which the"
        " month. Check the order.",
    ]
    with duckdb.connect(folder.warehouse, read_only=True) as warehouse:
        found = warehouse.execute(
            "select contacted_at::text, reason from staging.stg_contacts order by 1"
        ).fetchall()
    assert found == [
        ("2024-01-31 23:00:00", None),
        ("2024-07-02 10:00:00", None),
        (None, "contacted_at before earliest_event"),
    ]


@pytest.mark.slow
def test_times_of_parquet_files_are_local_unless_they_have_a_zone(
    folder: BuildFolder, tmp_path: Path
) -> None:
    """A year that no calendar has is set aside; numbers may be doubles."""
    log = tmp_path / "log.parquet"
    with duckdb.connect() as connection:
        connection.execute("set timezone = 'UTC'")
        for name, columns in {
            "local": "timestamp '2024-07-01 12:00' as event_date",
            "mistyped": "timestamp '2024-07-01' + interval 18220 year as event_date",
            "zoned": "timestamptz '2024-07-01 12:00:00+00' as event_date",
            "number": "1719835200.5::double as event_date",
        }.items():
            connection.execute(
                f"copy (select 1 as customer_id, 2 as product_id, 'cart' as event,"
                f" {columns}) to '{log.with_stem(name)}'"
            )
    for name, time_format, time in (
        ("local", "iso", "2024-07-01 10:00:00"),
        ("mistyped", "iso", None),
        ("zoned", "iso", "2024-07-01 12:00:00"),
        ("number", "epoch_s", "2024-07-01 12:00:00.5"),
    ):
        run = run_dbt(
            ["run", "--select", "stg_raw_log", "stg_log_rows"],
            {
                "log": str(log.with_stem(name)),
                "time_zone": "Europe/Berlin",
                "time_format": time_format,
            },
            folder,
        )
        assert run.problems == []
        with duckdb.connect(folder.warehouse, read_only=True) as warehouse:
            found = warehouse.execute("select event_at::text from staging.stg_log_rows")
            assert found.fetchall() == [(time,)]
