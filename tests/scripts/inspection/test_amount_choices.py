"""Columns that `audience inspect` suggests for amounts."""

from pathlib import Path
from typing import Any

import pytest

from scripts.inspection.inspect_log import inspect_log
from scripts.inspection.mapping_file import mapping_text

HEADER = "customer_id,product_id,event_date"


def suggested(tmp_path: Path, names: str, values: list[str]) -> dict[str, Any]:
    log = tmp_path / "log.csv"
    rows = [f"{n},{n % 7},2023-01-1{n % 10},{values[n % len(values)]}" for n in range(30)]
    log.write_text("\n".join([f"{HEADER},{names}", *rows, ""]))
    proposal = inspect_log(str(log)).proposal
    # As comments: nothing of it is settled.
    assert "amount" not in proposal.settings.get("columns", {})
    assert "# " in mapping_text(proposal, "log.csv")
    return {one.key or one.setting: one.value for one in proposal.entries if one.is_advice}


@pytest.mark.parametrize(
    ("names", "values", "expected"),
    [
        ("UnitPrice,Qty", ["2.50,1", "3,2"], {"price": "UnitPrice", "quantity": "Qty"}),
        (
            "Einzelpreis,Menge",
            ["2.50,1", "3,2"],
            {"price": "Einzelpreis", "quantity": "Menge"},
        ),
        ("amount,qty", ["2.50,1", "3,2"], {"amount": "amount"}),
        (
            "Betrag",
            ['"2,50"', '"1.002,50"'],
            {"amount": "Betrag", "decimal_mark": ",", "thousands_mark": "."},
        ),
        (
            "revenue",
            ['"2,50"', '"1 002,50"'],
            {"amount": "revenue", "decimal_mark": ",", "thousands_mark": " "},
        ),
        (
            "price,qty",
            ['"1,234.50",1', "3.00,2"],
            {"price": "price", "quantity": "qty", "thousands_mark": ","},
        ),
        ("amount", ["1'234.50", "3.00"], {"amount": "amount", "thousands_mark": "'"}),
        # A price without a quantity; two amounts; a cost.
        ("price", ["2.50", "3"], {}),
        ("amount,revenue", ["2.50,1", "3,2"], {}),
        ("cost", ["2.50", "3"], {}),
    ],
)
def test_amounts_are_suggested_by_their_names(
    tmp_path: Path, names: str, values: list[str], expected: dict[str, Any]
) -> None:
    assert suggested(tmp_path, names, values) == expected


@pytest.mark.parametrize(
    ("statuses", "filtered"),
    [
        (("paid", "Refunded", "cancelled"), "not in ('Refunded', 'cancelled')"),
        (("paid", "sent", "open"), None),
    ],
)
def test_orders_that_were_undone_are_named(
    tmp_path: Path, statuses: tuple[str, ...], filtered: str | None
) -> None:
    log = tmp_path / "log.csv"
    rows = [f"{n},{n % 7},2023-01-1{n % 10},2,{statuses[n % 3]}" for n in range(30)]
    log.write_text("\n".join([f"{HEADER},qty,status", *rows, ""]))
    warnings = [
        one for one in inspect_log(str(log)).proposal.warnings if "status has" in one
    ]
    assert bool(warnings) == bool(filtered)
    assert not filtered or filtered in warnings[0]
