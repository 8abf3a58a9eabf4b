"""A failed expression is named as the user wrote it."""

from pathlib import Path
from typing import Any

import duckdb
import pytest

from scripts.build.expressions import failed_expression
from scripts.settings.build_settings import BuildSettings
from scripts.settings.setting_error import SettingError

LOG = "user,product_id,event_date\n1,2,2023-01-01\nx,2,2023-01-02\n"


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        (
            {"expressions": {"customer_id": "cast(user as integer)"}},
            'expressions: {customer_id: "cast(user as integer)"} failed in row 2 of'
            " log.csv (user = 'x'): Conversion Error:"
            " Could not convert string 'x' to INT32 when casting from source column user."
            " try_cast gives null where cast fails, so that only such rows are rejected.",
        ),
        (
            {"expressions": {"event": "purchased"}},
            'expressions: {event: "purchased"} is the column purchased, which the log does'
            " not have; it has user, product_id, event_date. A text that is the same for"
            " all rows has quotes of its own: {event: \"'purchased'\"}.",
        ),
        (
            {"expressions": {"event": "nosuch(user)"}},
            'expressions: {event: "nosuch(user)"} failed: Catalog Error: Scalar Function'
            " with name nosuch does not exist.",
        ),
        (
            {"row_filter": "quantity > 0"},
            'row_filter: "quantity > 0" failed: Binder Error: Referenced column "quantity"'
            " not found in FROM clause. The log has user, product_id, event_date.",
        ),
        (
            {"has_header": False, "expressions": {"customer_id": "visitor"}},
            'expressions: {customer_id: "visitor"} is the column visitor, which the log'
            " does not have; it has column1, column2, column3 (the names of columns"
            " without a header). A text that is the same for all rows has quotes of its"
            " own: {customer_id: \"'visitor'\"}.",
        ),
        (
            {"has_header": False, "row_filter": "visitor <> 'x'"},
            "row_filter: \"visitor <> 'x'\" failed: Binder Error: Referenced column"
            ' "visitor" not found in FROM clause. The log has column1, column2, column3'
            " (the names of columns without a header).",
        ),
        ({"expressions": {"event": "'purchased' -- all", "customer_id": "user"}}, None),
        ({"row_filter": "max(product_id) over (partition by event_date) = '2'"}, None),
        ({}, None),
    ],
)
def test_the_failed_expression_is_named(
    tmp_path: Path, settings: dict[str, Any], said: str | None
) -> None:
    log = tmp_path / "log.csv"
    log.write_text(LOG)
    found = failed_expression({"log": str(log)} | settings)
    assert (found and found.replace(f"{tmp_path}/", "")) == said


def test_the_row_is_that_of_its_file(tmp_path: Path) -> None:
    """With the values that the expression reads; not the first row that is null."""
    (tmp_path / "1.csv").write_text("user,note\n" + "1,\n" * 3000)
    (tmp_path / "2.csv").write_text("user,note\n" + "2,\n" * 4 + f"x,{'y' * 100}\n")
    expression = "try_cast(user as integer) + length(note) + cast(user as integer)"
    settings = {"log": f"{tmp_path}/*.csv", "expressions": {"customer_id": expression}}
    values = f"user = 'x', note = '{'y' * 56}..."
    said = failed_expression(settings)
    assert said
    assert f" failed in row 5 of {tmp_path}/2.csv ({values}): Conversion" in said
    log = tmp_path / "log.parquet"
    duckdb.execute(
        "copy (select n, timestamp '2023-01-01' as seen from range(5000) as t (n))"
        f" to '{log}'"
    )
    expression = "case when n = 4321 then cast('x' || seen as integer) end"
    settings = {"log": str(log), "expressions": {"customer_id": expression}}
    place = f" failed in row 4,322 of {log} (n = 4321, seen = 2023-01-01 00:00:00): Conv"
    assert place in (failed_expression(settings) or "")


def test_a_log_that_cannot_be_read_is_not_blamed_on_its_expressions(tmp_path: Path) -> None:
    settings = {"log": str(tmp_path / "log.parquet"), "expressions": {"event": "nosuch"}}
    (tmp_path / "log.parquet").write_bytes(b"PAR1")
    assert failed_expression(settings) is None


@pytest.mark.parametrize(
    "settings",
    [
        {"expressions": {"product_id": "unnest(items)"}},
        {"expressions": {"product_id": "Unnest (items) -- from the list"}},
        {"row_filter": "unnest(items) > 1"},
    ],
)
def test_unnest_within_an_expression_is_refused(settings: dict[str, Any]) -> None:
    """It would make rows that the accounting of rows does not know."""
    [name] = settings
    with pytest.raises(
        SettingError, match=rf"{name}.*nnest ?\(items\).*in the setting unnest"
    ):
        BuildSettings.check(settings)


@pytest.mark.parametrize(
    "expression",
    ["(select max(item) from unnest(items) as t (item))", "'unnest(x)'", "unnested"],
)
def test_lists_may_be_read_within_an_expression(expression: str) -> None:
    settings = {"expressions": {"product_id": expression}, "row_filter": expression}
    assert BuildSettings.check(settings).row_filter == expression
