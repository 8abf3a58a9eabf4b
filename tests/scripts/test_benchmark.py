"""What the benchmark compares is the same thing. No timing is looked at."""

import json
import resource
from pathlib import Path

import duckdb
import pytest

from scripts import benchmark
from scripts.benchmark import COMPARED_TABLES, ScaleResult, Timing, WholeBuild
from scripts.build_folder import BuildFolder
from scripts.dbt_run import run_dbt
from scripts.generate_interactions import generate
from tests.conftest import run_program

KEYS = {
    "stg_interactions": ["customer_id", "product_id", "event", "event_at"],
    "customers": ["customer_id"],
    "product_audiences": ["product_id", "audience_rank"],
}
SCHEMAS = {"stg_interactions": "staging"}


def differing_rows(
    connection: duckdb.DuckDBPyConnection, expected: str, actual: str, key: list[str]
) -> list[tuple[object, ...]]:
    """Rows that only one side has or whose values differ (doubles by more than 1e-9)."""
    described = [
        connection.execute(
            f"select column_name, column_type from (describe {side})"
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


@pytest.mark.long
@pytest.mark.parametrize("retention", [None, 0.4])
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
    polars = run_program(folder, "scripts.benchmark_polars", str(untidy), str(output))
    assert polars.returncode == 0, polars.stderr
    plain = tmp_path / "plain" / folder.warehouse.name
    timing = benchmark.run_plain_sql(folder, plain)
    for seconds in (timing.seconds, json.loads(polars.stdout)["seconds"]):
        assert tuple(seconds) == COMPARED_TABLES

    with duckdb.connect() as connection:
        connection.execute(f"attach '{folder.warehouse}' as built (read_only)")
        connection.execute(f"attach '{plain}' as plain (read_only)")
        for table, key in KEYS.items():
            name = f"{SCHEMAS.get(table, 'marts')}.{table}"
            for other in (f"'{output / table}.parquet'", f"plain.{name}"):
                assert differing_rows(connection, f"built.{name}", other, key) == []
        deepest = connection.execute(
            "select max(engagement_rank) from built.marts.product_audiences"
            " inner join built.marts.customers using (customer_id)"
        ).fetchone()
    # Somebody was excluded, so that others moved up.
    assert deepest is not None
    assert deepest[0] > 10


def made_up_result(scale: float, seconds: float) -> ScaleResult:
    tables = Timing(dict.fromkeys(COMPARED_TABLES, seconds), 200)
    return ScaleResult(
        scale=scale,
        interactions=round(scale * 1000),
        whole=WholeBuild(Timing({"customers": 2 * seconds}, 300), 9, 1, 5, 7),
        alone=Timing({"customers": seconds}, 100),
        evaluation_seconds=seconds / 4,
        contenders=dict.fromkeys(benchmark.CONTENDERS, tables),
        slowest=dict.fromkeys(benchmark.CONTENDERS, 99),
    )


def test_the_report_shows_growth_and_every_contender() -> None:
    text = benchmark.report([made_up_result(1, 0.5), made_up_result(10, 4)], 3)
    assert "| 1 to 10 | 10.0 | 8.0 | 1.0 |" in text
    assert "| `customers` | 0.50 | 1.00 | 4.00 | 8.00 | 8.0 |" in text
    for contender in benchmark.CONTENDERS:
        assert text.count(f"| {contender} ") == 2
    tables = [line for line in text.splitlines() if line.startswith("|")]
    assert all(line.endswith("|") for line in tables)


def test_one_scale_has_a_report_too() -> None:
    assert "One scale only" in benchmark.report([made_up_result(1, 0.5)], 3)


def test_peak_memory_belongs_to_the_measured_process() -> None:
    much = int(benchmark.peak_megabytes(resource.RUSAGE_SELF)) + 300
    assert benchmark.in_own_process(fill_memory, much) > much
    assert benchmark.in_own_process(fill_memory, 1) < much


def fill_memory(megabytes: int) -> float:
    assert len(b"x" * (megabytes * 10**6)) == megabytes * 10**6
    return benchmark.peak_megabytes(resource.RUSAGE_SELF)


@pytest.mark.parametrize("scale", ["0", "nan", "-1", "ten"])
def test_a_scale_that_cannot_be_is_refused_in_one_sentence(
    capsys: pytest.CaptureFixture[str], scale: str
) -> None:
    assert benchmark.main([scale]) == 1
    message = capsys.readouterr().err
    assert message.count("\n") == 1
    assert f"scale {scale}, must be" in message
