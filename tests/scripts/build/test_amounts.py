"""Amounts of the log: which columns are read, and what becomes of those that cannot be."""

from pathlib import Path
from typing import Any

import duckdb
import pytest

from scripts.build.dbt_run import run_dbt
from scripts.build.input_columns import check_input_columns
from scripts.build.log_source import LogSourceError
from scripts.build_folder import BuildFolder
from scripts.inspection.log_check import LogCheckError, check_settings
from scripts.settings.build_settings import BuildSettings
from scripts.settings.setting_error import SettingError

HEADER = "customer_id;product_id;event;event_date;price\n"
ROWS = (
    "1;2;purchased;2023-01-01;1.234,50\n1;2;purchased;2023-01-01;1.234,50\n"
    "1;2;purchased;2023-01-01;2,00\n2;2;returned;2023-01-02;-9,9\n3;2;view;2023-01-03;5\n"
    "4;2;purchased;2023-01-04;free\n"
)
GERMAN: dict[str, Any] = {
    "delimiter": ";",
    "columns": {"amount": "price"},
    "decimal_mark": ",",
    "thousands_mark": ".",
}


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "log.csv"
    path.write_text(HEADER + ROWS)
    return path


@pytest.mark.parametrize("named", ["price", "quantity", "amount price", "amount quantity"])
def test_a_row_has_one_amount(named: str) -> None:
    columns = dict.fromkeys(named.split(), 1)
    with pytest.raises(SettingError, match="or both price and quantity"):
        BuildSettings.check({"columns": columns})


def test_a_price_and_a_quantity_may_be_a_column_and_an_expression() -> None:
    BuildSettings.check({"columns": {"price": 1}, "expressions": {"quantity": "1"}})


def test_amounts_that_no_mark_fits_are_refused(log: Path) -> None:
    with pytest.raises(
        LogCheckError,
        match=r"the amounts of 5 of its first 6 usable rows cannot be read, such as"
        r" '-9,9'\. Name their marks \(decimal_mark, thousands_mark\)",
    ):
        check_settings(
            {"log": str(log), **GERMAN, "decimal_mark": ".", "thousands_mark": ""}
        )


def test_few_unreadable_amounts_are_counted(log: Path) -> None:
    tolerant = {"log": str(log), **GERMAN, "max_reject_share": 0.2}
    assert "6 would be accepted, 1 of them without their unreadable amount" in (
        check_settings(tolerant)
    )


def test_a_price_that_is_not_named_does_not_matter(tmp_path: Path) -> None:
    """Two columns may have the name."""
    twice = tmp_path / "twice.csv"
    twice.write_text(
        "customer_id,product_id,event,event_date,price,price\n1,2,cart,2023,,\n"
    )
    check_input_columns({"log": str(twice)})
    with pytest.raises(LogSourceError, match="names the column price 2 times"):
        check_input_columns({"log": str(twice), "columns": {"amount": "price"}})


def test_a_time_is_no_amount(tmp_path: Path) -> None:
    file = tmp_path / "log.parquet"
    duckdb.sql(
        "select 1 as customer_id, 2 as product_id, 'cart' as event,"
        " now()::timestamp as event_date, now()::timestamp as paid"
    ).write_parquet(str(file))
    with pytest.raises(
        LogSourceError, match="paid for amount is a TIMESTAMP: expected numb"
    ):
        check_input_columns({"log": str(file), "columns": {"amount": "paid"}})


@pytest.mark.slow
def test_amounts_become_revenue(folder: BuildFolder, log: Path) -> None:
    settings = {"log": str(log), **GERMAN, "max_reject_share": 0.2}
    tests = ["assert_log_is_usable", "assert_duplicates_count_once"]
    account = ["build", "--exclude-resource-type", "unit_test", "--select"]
    account += ["+row_accounting", "assert_amounts_are_readable", *tests]
    run = run_dbt([*account, "--indirect-selection", "cautious"], settings, folder)
    assert run.problems == []
    with duckdb.connect(folder.warehouse, read_only=True) as warehouse:
        accounted = warehouse.execute(
            "select outcome, reason, row_count from marts.row_accounting"
            " where row_count > 0 order by all"
        ).fetchall()
        revenue = warehouse.execute(
            "select customer_id, revenue::double from staging.stg_interactions order by all"
        ).fetchall()
    assert accounted == [
        ("accepted", "unparseable amount", 1),
        ("accepted", "usable", 4),
        ("duplicate", "usable, but written before", 1),
    ]
    assert revenue == [(1, 2.0), (1, 1234.5), (2, -9.9), (3, None), (4, None)]
    assert run.warnings[:1] == [
        f"The amounts of 1 row cannot be read, such as free in {log}: such rows count"
        " without revenue. Correct them, or name their marks (decimal_mark,"
        " thousands_mark)."
    ]


@pytest.mark.slow
def test_amounts_with_other_marks_stop_the_build(folder: BuildFolder, log: Path) -> None:
    settings = {"log": str(log), **GERMAN, "decimal_mark": ".", "thousands_mark": ""}
    command = ["build", "--exclude-resource-type", "unit_test", "--select"]
    run = run_dbt([*command, "+assert_log_is_usable"], settings, folder)
    assert any(
        "The amounts of 5 of 6 rows cannot be read, such as -9,9" in problem
        for problem in run.problems
    ), run.problems
