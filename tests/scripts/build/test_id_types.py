"""Ids in columns of Parquet files: each keeps its own text, or the build does not start."""

from pathlib import Path
from typing import Any

import duckdb
import pytest

from scripts.build.dbt_run import run_dbt
from scripts.build.input_columns import check_input_columns
from scripts.build.log_source import LogSourceError
from scripts.build_folder import BuildFolder

LOG = "'cart' as event, timestamp '2023-01-01' as event_date"


def parquet(path: Path, query: str) -> str:
    duckdb.sql(query).write_parquet(str(path))
    return str(path)


@pytest.mark.slow
def test_ids_keep_one_text_each(folder: BuildFolder, tmp_path: Path) -> None:
    """One input for each type; a value that is not exact is rejected by dbt alone too."""
    uuid = "8f4a1b8e-0000-4000-8000-00000000abcd"
    settings = {
        "log": parquet(
            tmp_path / "log.parquet",
            "select unnest([16, 1600, 16.5]::decimal(18, 9)[]) as customer_id,"
            f" encode(unnest(['Jörg', 'é', 'c'])) as product_id, {LOG}",
        ),
        "contacts": parquet(
            tmp_path / "contacts.parquet",
            "select unnest([17850, 'nan', 'inf', 2 ^ 53 - 1, 2 ^ 53, 1.5]::double[])"
            " as customer_id, date '2023-01-01' as contacted_at",
        ),
        "suppressions": parquet(
            tmp_path / "suppressions.parquet",
            "select unnest([3, 16777215, 16777216, null]::float[]) as customer_id",
        ),
        "customer_attributes": parquet(
            tmp_path / "customers.parquet", f"select '{uuid}'::uuid as customer_id"
        ),
        "product_attributes": parquet(
            tmp_path / "products.parquet",
            "select '\\xFF\\x41'::blob as product_id, 9.90 as price",
        ),
        "id_type": "text",
    }
    models = ["stg_raw_log", "stg_log_rows", "stg_contacts", "stg_suppressions"]
    models += ["stg_customer_attributes", "stg_product_attributes"]
    run = run_dbt(["run", "--select", *models], settings, folder)
    assert run.problems == []
    with duckdb.connect(folder.warehouse, read_only=True) as warehouse:

        def found(columns: str, model: str) -> list[Any]:
            return warehouse.execute(
                f"select {columns} from staging.{model} order by all"
            ).fetchall()

        assert found("customer_id, product_id", "stg_log_rows") == [
            ("16", "Jörg"),
            ("16.5", "c"),
            ("1600", "é"),
        ]
        assert found("customer_id, reason", "stg_contacts") == [
            ("1.5", None),
            ("17850", None),
            ("9007199254740991", None),
            (None, "missing customer_id"),
            (None, "missing customer_id"),
            (None, "rounded customer_id"),
        ]
        assert found("customer_id, reason", "stg_suppressions") == [
            ("16777215", None),
            ("3", None),
            (None, "missing customer_id"),
            (None, "rounded customer_id"),
        ]
        assert found("customer_id", "stg_customer_attributes") == [(uuid,)]
        assert found("product_id", "stg_product_attributes") == [("\\xFFA",)]


@pytest.mark.parametrize(
    ("values", "said"),
    [
        (
            "[2 ^ 53, 1]::double[]",
            "is a DOUBLE, which cannot tell whole numbers from 9,007,",
        ),
        ("[-(2 ^ 60)]::double[]", "1 of its values are that large (such as -1,152,921,504"),
        ("[16777216, 16777218]::float[]", "is a FLOAT, which cannot tell whole numbers"),
        ("[{'id': 19}]", "is a STRUCT(ID INTEGER), which is no id: expected whole numbers"),
        ("[[19]]", "is a INTEGER[], which is no id"),
        ("[map {'id': 19}]", "is a MAP(VARCHAR, INTEGER), which is no id"),
    ],
)
def test_a_type_that_cannot_hold_ids_is_refused(
    tmp_path: Path, values: str, said: str
) -> None:
    log = parquet(
        tmp_path / "log.parquet",
        f"select unnest({values}) as customer_id, 2 as product_id, {LOG}",
    )
    with pytest.raises(LogSourceError) as caught:
        check_input_columns({"log": log, "id_type": "text"})
    assert said in str(caught.value)
    assert f"{log}: column customer_id for customer_id" in str(caught.value)
    # A part of it may be an id.
    check_input_columns({"log": log, "expressions": {"customer_id": "1"}})


def test_floating_point_ids_that_are_exact_are_not(tmp_path: Path) -> None:
    log = parquet(
        tmp_path / "log.parquet",
        "select unnest([17850, 'nan', 2 ^ 53 - 1]::double[]) as customer_id,"
        f" 16777215::float as product_id, {LOG}",
    )
    check_input_columns({"log": log})


def test_each_file_is_judged_by_its_own_type(tmp_path: Path) -> None:
    """Read as one, short floats and whole numbers would pass for doubles."""
    for name, value in (("1", "1::double"), ("2", "16777217::float")):
        parquet(
            tmp_path / f"{name}.parquet",
            f"select {value} as customer_id, 2 as product_id, {LOG}",
        )
    with pytest.raises(LogSourceError, match=r"2\.parquet: .* is a FLOAT, which cannot"):
        check_input_columns({"log": f"{tmp_path}/*.parquet"})
    parquet(
        tmp_path / "2.parquet",
        f"select 9007199254740993 as customer_id, 2 as product_id, {LOG}",
    )
    with pytest.raises(LogSourceError, match=r"1\.parquet: .* is a DOUBLE, which cannot"):
        check_input_columns({"log": f"{tmp_path}/*.parquet"})
