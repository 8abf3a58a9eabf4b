"""Campaigns: rules, contact lists, and later opt-outs."""

import csv
import json
import shutil
from collections import Counter
from datetime import date
from pathlib import Path

import duckdb
import pytest

from scripts.build_folder import BuildFolder
from scripts.campaigns.export import export_campaign
from scripts.campaigns.opt_outs import note_opt_outs
from tests.conftest import copy_project, read_release, run_audience
from tests.seed_rows import GOOD

# Fits the log, whose last purchase is in August 2018.
PERIOD = {"starts_on": "2018-09-01", "ends_on": "2018-09-30"}
CAMPAIGN = "sao_paulo_toys"
# In the period of the shipped campaigns.
APRIL = date(2023, 4, 3)


@pytest.mark.long
def test_a_campaign_by_category_and_state(
    folder: BuildFolder, shared_data: Path, tmp_path: Path
) -> None:
    """Toys for customers of Sao Paulo; then an export, an opt-out and another export.

    Some customers have contacts in a contact log; a campaign without a cap runs too.
    """
    campaign = GOOD | PERIOD | {"campaign_id": CAMPAIGN, "audience_size": "20"}
    campaign |= {"frequency_cap": "2", "holdout_share": "0.2"}
    uncapped = GOOD | PERIOD | {"campaign_id": "uncapped", "product_limit": "5"}
    uncapped |= {"audience_size": "1000"}
    rules = [
        ("product", "include", "product_category_name", "in", "brinquedos|bebes"),
        ("product", "exclude", "product_weight_g", "at_least", "5000"),
        ("product", "exclude", "product_photos_qty", "is_null", ""),
        ("customer", "include", "customer_state", "equals", "SP"),
    ]
    names = ("subject", "action", "attribute", "operator", "value")
    project = copy_project(
        tmp_path,
        campaigns=[campaign, uncapped],
        campaign_rules=[
            {"campaign_id": CAMPAIGN} | dict(zip(names, rule, strict=True))
            for rule in rules
        ],
    )
    purchases = shared_data / "olist_purchases.csv"
    told_before = tmp_path / "contacts.csv"
    with duckdb.connect() as connection:
        buyers = f"from '{purchases}' where customer_state = 'SP'"
        told = connection.execute(
            f"select distinct customer_unique_id {buyers} order by 1 limit 500"
        ).fetchall()
    told_before.write_text(
        "client,when\n" + "".join(f"{row[0]},2018-09-02 10:00:00\n" for row in told)
    )
    settings = {
        "customer_attributes": {
            "path": str(purchases),
            "columns": {"customer_id": "customer_unique_id"},
        },
        "product_attributes": str(shared_data / "olist_products.csv"),
        "contacts": {
            "path": str(told_before),
            "columns": {"customer_id": "client", "contacted_at": "when"},
        },
    }
    outcome = run_audience(
        folder,
        "build",
        *("--log", str(purchases), "--mapping", "mappings/olist.yml"),
        *("--vars", json.dumps(settings)),
        project=project,
    )
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr

    with read_release(folder) as release:
        audience = release.execute(
            "select product_id, customer_id, arm from campaign_audiences"
            " where campaign_id = ?",
            [CAMPAIGN],
        ).fetchall()
        (in_scope,) = release.execute(
            "select product_count from campaign_summaries where campaign_id = ?",
            [CAMPAIGN],
        ).fetchone() or (0,)
        shortfalls = release.execute(
            "select sum(missing_count), count(*) from campaign_shortfalls"
            " where campaign_id = ?",
            [CAMPAIGN],
        ).fetchone()
    with duckdb.connect() as connection:
        products = dict(
            connection.execute(
                "select product_id, true from"
                f" '{shared_data / 'olist_products.csv'}' where product_category_name in"
                " ('brinquedos', 'bebes') and product_weight_g < 5000"
                " and product_photos_qty is not null"
            ).fetchall()
        )
        bought = connection.execute(
            f"select product_id, customer_unique_id, customer_state from '{purchases}'"
        ).fetchall()
    of_sao_paulo = {customer for _, customer, state in bought if state == "SP"}
    pairs = {(product, customer) for product, customer, _ in bought}
    assert in_scope == len(products)
    assert len(audience) == 20 * in_scope
    assert shortfalls == (None, 0)
    assert {product for product, _, _ in audience} == set(products)
    assert {customer for _, customer, _ in audience} <= of_sao_paulo
    assert not pairs & {(product, customer) for product, customer, _ in audience}
    places = Counter(customer for _, customer, _ in audience)
    contacted = {row[0] for row in told}
    assert max(places.values()) == 2
    assert all(count == 1 for name, count in places.items() if name in contacted)
    held_out = {customer for _, customer, arm in audience if arm == "holdout"}
    assert 0.15 < len(held_out) / len(places) < 0.25

    check_the_cap_next_to_a_campaign_without_one(folder, contacted)

    first = export_campaign(folder, CAMPAIGN, date(2018, 9, 10))
    assert first.folder is not None
    with (first.folder / "contacts.csv").open(newline="") as file:
        contacts = list(csv.DictReader(file))
    assert {(row["product_id"], row["customer_id"]) for row in contacts} == {
        (product, customer) for product, customer, arm in audience if arm == "contact"
    }
    assert first.receipt["contacts"] + first.receipt["holdouts"] == len(audience)
    again = export_campaign(folder, CAMPAIGN, date(2018, 9, 10))
    assert again.folder is None
    assert again.receipt["left_out"] == {
        "contacted about the product in the period": len(audience)
    }
    assert again.receipt["earlier_exports"] == [first.receipt["export_id"]]

    # An opt-out of a served customer frees no place: it counts as filled.
    gone = contacts[0]["customer_id"]
    outcome = run_audience(folder, "suppress", gone, project=project)
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr
    with read_release(folder) as release:
        for mart in ("customers", "product_audiences", "campaign_customers"):
            assert release.execute(
                f"select count(*) from {mart} where customer_id = ?", [gone]
            ).fetchone() == (0,)
        assert release.execute(
            "select served_count, contact_count + holdout_count, missing_count"
            " from campaign_summaries where campaign_id = ?",
            [CAMPAIGN],
        ).fetchone() == (len(audience), 0, 0)
    assert export_campaign(folder, CAMPAIGN, date(2018, 9, 10)).folder is None


def check_the_cap_next_to_a_campaign_without_one(
    folder: BuildFolder, contacted: set[str]
) -> None:
    """Other contacts, an export without a cap and one with a cap of two; then undone."""
    exports = [
        export_campaign(folder, name, date(2018, 9, 10)).folder
        for name in ("uncapped", CAMPAIGN)
    ]
    counts = []
    for export in exports:
        assert export is not None
        with duckdb.connect() as connection:
            rows = connection.execute(
                "select customer_id, count(*) from read_parquet(?) group by 1",
                [str(export / "ledger.parquet")],
            ).fetchall()
        counts.append(Counter(dict(rows)))
        shutil.rmtree(export)
    without_cap, capped = counts
    assert contacted & set(without_cap)
    assert not contacted & set(without_cap) & set(capped)
    for customer, count in capped.items():
        assert count + without_cap[customer] + (customer in contacted) <= 2


def test_a_customer_who_opts_out_after_the_build_is_in_no_list(
    published: BuildFolder,
) -> None:
    before = export_campaign(published, "spring_rotation", APRIL, dry_run=True).receipt
    with read_release(published) as release:
        (customer, places) = release.execute(
            "select customer_id, audience_count from campaign_customers"
            " where campaign_id = 'spring_rotation' and arm = 'contact' limit 1"
        ).fetchone() or (0, 0)
    # As an older file may write the id.
    note_opt_outs(published, [f"+00{customer}"], "asked by letter")
    export = export_campaign(published, "spring_rotation", APRIL)
    assert export.receipt["left_out"] == {"opted out since the release was made": places}
    assert export.receipt["contacts"] == before["contacts"] - places
    assert export.folder is not None
    with (export.folder / "contacts.csv").open(newline="") as file:
        assert f"{customer}" not in {row["customer_id"] for row in csv.DictReader(file)}


def test_no_other_campaign_contacts_a_holdout_in_its_window_nor_about_its_product(
    published: BuildFolder,
) -> None:
    with read_release(published) as release:
        (product, customer, places) = release.execute(
            "select product_id, customer_id, audience_count from campaign_audiences"
            " inner join campaign_customers using (campaign_id, customer_id, arm)"
            " where campaign_id = 'spring_rotation' and arm = 'contact' limit 1"
        ).fetchone() or (0, 0, 0)
    ledger = published.exports / "winter" / "ledger.parquet"
    ledger.parent.mkdir(parents=True)
    with duckdb.connect() as connection:
        connection.execute(
            f"copy (select '{customer}' as customer_id, '{product}' as product_id,"
            " 'winter' as campaign_id, date '2023-04-02' as contacted_on, 0.0 as cost,"
            " 'holdout' as arm, null::text as experiment_id, null::text as experiment_arm,"
            " 'winter' as export_id, '000000' as release_id)"
            f" to '{ledger}' (format parquet)"
        )
    early = export_campaign(published, "spring_rotation", APRIL, dry_run=True).receipt
    assert early["left_out"] == {
        "in a test of another campaign until its window has ended": places
    }
    # A campaign that the release does not know has the default window of 14 days.
    late = export_campaign(
        published, "spring_rotation", date(2023, 4, 16), dry_run=True
    ).receipt
    # The holdout takes one of the two contacts that the cap allows.
    assert late["left_out"] == {"held out from the product by another campaign": 1}
