"""Parquet files whose columns have other types from file to file."""

from pathlib import Path
from typing import Any

import duckdb
import pytest

from scripts.build.build_request import check_inputs
from scripts.build.log_source import LogSourceError
from scripts.build.parquet_types import check_column_types

COLUMNS = {"customer_id": "1", "product_id": "2", "event": "'cart'", "event_date": "now()"}


def write(file: Path, **columns: str) -> None:
    values = ", ".join(f"{sql} as {name}" for name, sql in (COLUMNS | columns).items())
    duckdb.execute(f"copy (select {values}) to '{file}' (format parquet)")


def test_both_files_and_types_are_named(tmp_path: Path) -> None:
    """The engine would say that a cast failed."""
    write(tmp_path / "1.parquet", event_date="timestamp '2023-01-01'", tags="[{'a': 1}]")
    write(tmp_path / "2.parquet", tags="[{'a': 1}]", event_date="1700000000000::bigint")
    with pytest.raises(LogSourceError) as caught:
        check_inputs(tmp_path / "copies", {"log": f"{tmp_path}/*.parquet"})
    assert str(caught.value) == (
        f"Column event_date is a TIMESTAMP in {tmp_path}/1.parquet and a BIGINT in"
        f" {tmp_path}/2.parquet, which cannot be read as one: write it with the same type"
        " in all files, or narrow the pattern to files that have the same."
    )


@pytest.mark.parametrize(
    ("values", "settings"),
    [
        # Read as one type.
        ({"event_date": ("date '2023-01-01'", "timestamptz '2023-01-01'")}, {}),
        ({"customer_id": ("1::bigint", "'x'")}, {}),
        ({"customer_id": ("1::bigint", "true")}, {}),
        # Not read.
        ({"price": ("1.5", "[1]")}, {}),
        (
            {"event_date": ("timestamp '2023-01-01'", "1")},
            {"expressions": {"event_date": "'2023-01-01'"}},
        ),
    ],
)
def test_types_that_fit_are_read(
    tmp_path: Path, values: dict[str, tuple[str, str]], settings: dict[str, Any]
) -> None:
    for place, file in enumerate(("1.parquet", "2.parquet")):
        write(tmp_path / file, **{name: pair[place] for name, pair in values.items()})
    log = {"log": f"{tmp_path}/*.parquet"}
    check_column_types(log | settings)
    # And the engine agrees.
    names = [name for name in values if name != "price" and not settings]
    for name in names:
        duckdb.execute(
            f"select max({name}) from read_parquet('{log['log']}', union_by_name = true)"
        ).fetchall()


def test_columns_of_expressions_and_side_inputs_are_read(tmp_path: Path) -> None:
    for file, price in (("1.parquet", "1.5"), ("2.parquet", "[1]")):
        write(tmp_path / file, price=price)
    path = f"{tmp_path}/*.parquet"
    with pytest.raises(LogSourceError, match="Column price is a DECIMAL"):
        check_column_types({"log": path, "row_filter": "Price > 1"})
    with pytest.raises(LogSourceError, match="and a list or object in"):
        check_column_types({"log": "missing", "product_attributes": path})
