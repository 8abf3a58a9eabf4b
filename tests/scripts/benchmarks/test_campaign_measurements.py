"""The measured profit of a planted campaign, and the time that campaigns take."""

import re
from pathlib import Path

import duckdb
import pytest

from scripts.benchmarks.campaign_placement import CASES, measure_campaigns
from scripts.benchmarks.measured_campaign import (
    ADDED,
    DAYS,
    STARTED_ON,
    add_responses,
    measure_campaign,
)
from scripts.build_folder import BuildFolder

CUSTOMERS = 20_000


def test_contacts_add_the_planted_share_of_buyers(tmp_path: Path) -> None:
    """Even customers have 2 interactions before, odd ones 6; a fifth is held out."""
    log, folder = tmp_path / "log.parquet", BuildFolder(tmp_path / "build")
    export = folder.exports / "trial"
    export.mkdir(parents=True)
    with duckdb.connect() as connection:
        connection.execute(
            "copy (select customer as customer_id, 1 as product_id, 'view' as event,"
            f" timestamp '{STARTED_ON}' - interval 1 day * day as event_date"
            f" from range({CUSTOMERS}) as customers (customer), range(1, 7) as days (day)"
            f" where customer % 2 = 1 or day <= 2) to '{log}'"
        )
        connection.execute(
            "copy (select customer::text as customer_id, '1' as product_id,"
            f" date '{STARTED_ON}' as contacted_on, 'trial' as export_id,"
            " if(customer % 5 = 0, 'holdout', 'contact') as arm"
            f" from range({CUSTOMERS}) as customers (customer))"
            f" to '{export / 'ledger.parquet'}'"
        )
        add_responses(folder, log)
        bought = connection.execute(
            "select customer_id, event_date::date - $day"
            f" from '{log}' where event = 'purchased'",
            {"day": STARTED_ON},
        ).fetchall()
    customers = {row[0] for row in bought}
    assert len(customers) == len(bought)
    assert {customer % 5 for customer in customers} == {1, 2, 3, 4}
    assert all(0 <= days < DAYS for _, days in bought)
    for odd, added in enumerate(list(ADDED.values())[1:]):
        share = sum(customer % 2 == odd for customer in customers) / (CUSTOMERS * 0.4)
        assert share == pytest.approx(added, abs=0.012)


@pytest.mark.long
def test_a_campaign_goes_from_a_rule_to_a_measured_profit(tmp_path: Path) -> None:
    text = measure_campaign(tmp_path / "profit", 0.05)
    assert "Verdict: " in text
    attribution = text.split("attribution:")[1]
    low, high = (float(found) for found in re.findall(r"(-?[\d.]+)%", attribution)[-2:])
    assert low < high
    # Between those planted for few and for many interactions.
    assert low <= 100 * max(ADDED.values())
    assert high >= 100 * min(ADDED.values())


@pytest.mark.long
def test_campaigns_of_each_size_are_timed(tmp_path: Path) -> None:
    text = measure_campaigns(tmp_path / "campaigns", 0.01)
    rows = [line.split(" | ") for line in text.splitlines() if line.startswith("| ")][1:]
    assert [row[0].removeprefix("| ") for row in rows] == list(CASES)
    contacts = [int(row[1].replace(",", "")) for row in rows]
    assert contacts[0] == 0
    assert min(contacts[1:]) > 0
