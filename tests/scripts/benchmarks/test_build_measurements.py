"""The programs that the benchmark compares give the same tables. No timing is tested."""

import json
import resource
from pathlib import Path

import duckdb
import pytest

from scripts.benchmarks import builds
from scripts.benchmarks.api_throughput import Lookups
from scripts.benchmarks.builds import SpillWatch, Timing, WholeBuild
from scripts.benchmarks.daily_refresh import DayMore, measure_day_more, write_days
from scripts.benchmarks.growth_chart import growth_chart
from scripts.benchmarks.polars_comparison import COMPARED_TABLES, CONTENDERS, run_plain_sql
from scripts.benchmarks.report import report
from scripts.benchmarks.scale_result import ScaleResult
from scripts.benchmarks.serving import Answers, Serving
from scripts.build.dbt_run import run_dbt
from scripts.build_folder import BuildFolder
from scripts.cli.main import main
from scripts.synthetic.interactions import generate
from tests.conftest import run_program

KEYS = {
    "stg_interactions": ["customer_id", "product_id", "event", "event_at"],
    "int_engagement_ranks": ["customer_id"],
}
SCHEMAS = {"stg_interactions": "staging", "int_engagement_ranks": "intermediate"}
# The number of the incremental build that read a row, and amounts, which the log lacks.
OWN_TO_BUILDS = ("batch", "revenue", "has_unreadable_amount")


def differing_rows(
    connection: duckdb.DuckDBPyConnection, expected: str, actual: str, key: list[str]
) -> list[tuple[object, ...]]:
    """Rows that only one side has, or that differ (doubles by more than 1e-9)."""
    described = [
        connection.execute(
            f"select column_name, column_type from (describe {side})"
            f" where column_name not in {OWN_TO_BUILDS}"
        ).fetchall()
        for side in (f"from {expected}", f"from {actual}")
    ]
    assert described[0] == described[1]
    conditions = [
        f"not coalesce(abs(expected.{name} - actual.{name}) <= 1e-9, false)"
        if column_type == "DOUBLE"
        else f"expected.{name} is distinct from actual.{name}"
        for name, column_type in described[0]
    ]
    counts = [
        connection.execute(
            f"select count(*), count(distinct ({', '.join(key)})) from {side}"
        ).fetchone()
        for side in (expected, actual)
    ]
    assert counts[0] == counts[1]
    assert counts[0] is not None
    assert counts[0][0] == counts[0][1] > 0
    return connection.execute(
        f"select * from {expected} as expected full join {actual} as actual"
        f" using ({', '.join(key)}) where {' or '.join(conditions)} limit 5"
    ).fetchall()


@pytest.mark.parametrize(
    "retention",
    [pytest.param(0.4, marks=pytest.mark.slow), pytest.param(None, marks=pytest.mark.long)],
)
def test_polars_and_plain_sql_give_the_tables_of_the_models(
    tmp_path: Path, folder: BuildFolder, retention: float | None
) -> None:
    log = tmp_path / "clean.parquet"
    generate(log, scale=0.01, seed=5, retention=retention)
    untidy = tmp_path / "interactions.parquet"
    # Cleaning has something to do: blanks, capitals, duplicates, missing values.
    duckdb.execute(
        f"""
        copy (
            select * replace (
                case when hash(customer_id) % 3 = 0 then ' ' || upper(event) else event end
                    as event
            ) from '{log}'
            union all (from '{log}' order by all limit 100)
            union all (select * replace (null as product_id) from '{log}' limit 3)
            union all (select * replace (null as event_date) from '{log}' limit 3)
            union all (select * replace ('  ' as event) from '{log}' limit 3)
        ) to '{untidy}'
        """
    )
    run = run_dbt(
        [
            *("build", "--resource-type", "seed", "--resource-type", "model"),
            *("--select", *(f"+{table}" for table in COMPARED_TABLES)),
        ],
        {"log": str(untidy)},
        folder,
        lambda *_: None,
    )
    assert run.exit_code == 0, run.problems

    output = tmp_path / "polars"
    polars = run_program(
        folder, "scripts.benchmarks.polars_program", str(untidy), str(output)
    )
    assert polars.returncode == 0, polars.stderr
    plain = tmp_path / "plain" / folder.warehouse.name
    timing = run_plain_sql(folder, plain)
    for seconds in (timing.seconds, json.loads(polars.stdout)["seconds"]):
        assert tuple(seconds) == COMPARED_TABLES

    with duckdb.connect() as connection:
        connection.execute(f"attach '{folder.warehouse}' as built (read_only)")
        connection.execute(f"attach '{plain}' as plain (read_only)")
        for table, key in KEYS.items():
            name = f"{SCHEMAS[table]}.{table}"
            for other in (f"'{output / table}.parquet'", f"plain.{name}"):
                assert differing_rows(connection, f"built.{name}", other, key) == []


def made_up_result(
    scale: float, seconds: float, *, is_compared: bool = True
) -> ScaleResult:
    tables = Timing(dict.fromkeys(COMPARED_TABLES, seconds), 200)
    answers = {
        "look-ups, warm": Answers(2500, 2, 4, 0),
        "a customer": Answers(None, 3, 9, 1),
    }
    return ScaleResult(
        scale=scale,
        interactions=round(scale * 1000),
        rounds=3 if is_compared else 1,
        whole=WholeBuild(Timing({"customers": 2 * seconds}, 300), 9, 40, 1, 250, 5, 7),
        serving=Serving(0.7, 170, answers),
        lookups=Lookups(0.874, 0.92, 343, 86) if scale == 1 else None,
        day_more=DayMore(
            180, 27, seconds, seconds / 4, seconds / 2, seconds / 8, 9, 5, 3, 3.5
        )
        if is_compared
        else None,
        alone=Timing({"customers": seconds}, 100),
        evaluation_seconds=seconds / 4,
        contenders=dict.fromkeys(CONTENDERS, tables) if is_compared else {},
        slowest=dict.fromkeys(CONTENDERS, 99) if is_compared else {},
    )


RESULTS = [
    made_up_result(1, 0.5),
    made_up_result(10, 4),
    made_up_result(100, 48, is_compared=False),
]


def test_the_report_shows_growth_and_every_program() -> None:
    text = report(RESULTS)
    assert "| 1 to 10 | 10.0 | 8.0 | 0.80 | 1.0 |" in text
    assert "| 10 to 100 | 10.0 | 12.0 | 0.96 | 1.0 |" in text
    assert "best of 3 (1 at scale 100)" in text
    assert (
        "| `customers` | 0.50 | 1.00 | 4.00 | 8.00 | 48.00 | 96.00 | 8.0 | 12.0 |" in text
    )
    assert "| 1 | 180 | 27 | 0.5 (0.2) | 0.1 (0.1) | 25% | 9.0 | 3.0 | 33% | 3.5 |" in text
    assert "| a customer |  | 3.0 | 9.0 (1 failed) |  | 3.0" in text
    for contender in CONTENDERS:
        assert text.count(f"| {contender} ") == 2
    tables = [line for line in text.splitlines() if line.startswith("|")]
    assert all(line.endswith("|") for line in tables)


def test_the_report_holds_what_users_wait_for_against_its_limit() -> None:
    text = report(RESULTS)
    for row in (
        "| `make build`, scale 1 | 20 s | 37 s | 9.0 s |",
        "| `make build`, 5,000 interactions | 10 s | 23 s | 5.0 s |",
        "| `make refresh` to a served answer | 12 s | 25 s | 3.5 s |",
        "| `stg_interactions`, Polars = 1 | 1.0 | 1.5 | 1.0 |",
        "| look-ups, cold, of bare | at least 90% |  | 87% |",
        "| 1,000 connections, warm, p99 | 200 ms |  | 86 ms |",
    ):
        assert row in text
    assert "What you wait for" not in report(RESULTS[1:])


def test_one_scale_has_a_report_too() -> None:
    assert "One scale was measured" in report(RESULTS[:1])
    assert "compared with Polars" in report(RESULTS[:1])
    assert "compared with Polars" not in report(RESULTS[2:])


def test_results_are_read_back_as_they_were_written() -> None:
    assert [ScaleResult.from_json(result.to_json()) for result in RESULTS] == RESULTS


def test_the_chart_names_what_it_shows() -> None:
    chart = growth_chart(RESULTS)
    assert chart.startswith("<svg")
    for name in ("models alone", "release", "spilled", "seconds", "GB"):
        assert f">{name}<" in chart


def test_a_log_is_divided_into_days(tmp_path: Path) -> None:
    log = tmp_path / "log.parquet"
    generate(log, scale=0.001)
    files = write_days(log, tmp_path / "days")
    assert files == sorted((tmp_path / "days").iterdir())
    counted = "select count(*), count(distinct event_date::date) from read_parquet(?)"
    (every,) = duckdb.execute(counted, [[str(file) for file in files]]).fetchall()
    assert every == (499, len(files))


@pytest.mark.long
def test_one_more_day_is_measured(tmp_path: Path) -> None:
    log = tmp_path / "log.parquet"
    generate(log, scale=0.01)
    measured = measure_day_more(tmp_path, log)
    assert measured.days == 181
    assert 0 < measured.day_interactions < 100
    assert measured.served >= measured.refresh > 0
    assert min(measured.all_models, measured.day_models, measured.build) > 0


def test_there_is_no_report_without_results(
    folder: BuildFolder, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("AUDIENCE_BUILD_DIR", str(folder.root))
    assert main(["benchmark", "builds", "--kept", "1"]) == 1
    assert "scale 1 has not been measured" in capsys.readouterr().err


def test_the_largest_size_of_a_folder_counts(tmp_path: Path) -> None:
    watch = SpillWatch(tmp_path / "spill")
    watch.look()
    assert watch.peak_megabytes == 0
    (tmp_path / "spill").mkdir()
    spilled = tmp_path / "spill" / "part.tmp"
    spilled.write_bytes(b"x" * 3_000_000)
    watch.look()
    spilled.unlink()
    watch.look()
    assert watch.peak_megabytes == 3


def test_peak_memory_belongs_to_the_measured_process() -> None:
    much = int(builds.peak_megabytes(resource.RUSAGE_SELF)) + 300
    assert builds.in_own_process(fill_memory, much) > much
    assert builds.in_own_process(fill_memory, 1) < much


def fill_memory(megabytes: int) -> float:
    assert len(b"x" * (megabytes * 10**6)) == megabytes * 10**6
    return builds.peak_megabytes(resource.RUSAGE_SELF)


@pytest.mark.parametrize("scale", ["0", "nan", "-1", "ten"])
def test_an_invalid_scale_is_refused_in_one_sentence(
    capsys: pytest.CaptureFixture[str], scale: str
) -> None:
    assert main(["benchmark", "builds", "--", scale]) == 1
    message = capsys.readouterr().err
    assert message.count("\n") == 1
    assert f"scale {scale}, must be" in message
