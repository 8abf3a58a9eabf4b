"""Campaigns with priorities and channels, from a log to lists and to the next build."""

import csv
import json
from datetime import date
from pathlib import Path

import duckdb
import pytest

from scripts.build_folder import BuildFolder
from scripts.campaigns.contact_ledger import ContactListError
from scripts.campaigns.contact_list import ContactList
from scripts.campaigns.export import export_campaign
from scripts.experiments.start import start_experiment
from scripts.synthetic.interactions import generate
from tests.conftest import copy_project, read_release, run_audience
from tests.seed_rows import ARM, EXPERIMENT, GOOD, HOLDOUT, RULE

LIMITED = {"product_limit": "10", "audience_size": "5", "frequency_cap": "2"}
FIRST = GOOD | LIMITED | {"campaign_id": "first", "priority": "1", "channel": "email"}
SECOND = GOOD | LIMITED | {"campaign_id": "second", "priority": "2", "channel": "email"}
# Takes no part: it may contact the customers of the others.
THIRD = GOOD | {"campaign_id": "third", "channel": "SMS", "frequency_cap": ""}
THIRD |= {"product_limit": "20", "audience_size": "20"}
OF_ALL = {"channel": "all", "frequency_cap": "3", "cap_days": "7"}
OF_ALL |= {"minimum_gap_days": "2", "quiet_weekdays": "sunday"}
TRIAL = EXPERIMENT | {"campaign_id": "third", "units": "10", "metrics": "conversion"}


def listed(contact_list: ContactList) -> list[dict[str, str]]:
    """The rows of a list."""
    assert contact_list.folder is not None
    with (contact_list.folder / "contacts.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def customers_of(folder: BuildFolder) -> dict[str, set[int]]:
    """The customers in the audiences of each campaign."""
    with read_release(folder) as release:
        return {
            name: set(customers)
            for name, customers in release.execute(
                "select campaign_id, list(customer_id) from campaign_customers group by 1"
            ).fetchall()
        }


@pytest.mark.long
def test_two_campaigns_with_a_priority_and_the_rules_of_all_channels(
    folder: BuildFolder, tmp_path: Path
) -> None:
    """The most active customers had contacts elsewhere, one of them the day before."""
    log, contacts = tmp_path / "log.csv", tmp_path / "contacts.csv"
    generate(log, scale=0.01, seed=3)
    with duckdb.connect() as connection:
        told = [
            row[0]
            for row in connection.execute(
                f"select customer_id from '{log}' group by 1 order by count(*) desc, 1"
                " limit 20"
            ).fetchall()
        ]
    days = ["2023-03-28"] * 3
    contacts.write_text(
        "customer_id,contacted_at,channel\n"
        + f"{told[0]},2023-03-31,Phone\n"
        + "".join(f"{one},{day},Phone\n" for one in told[1:] for day in days)
    )
    project = copy_project(
        tmp_path,
        campaigns=[SECOND, FIRST, THIRD],
        campaign_rules=[RULE | {"campaign_id": "first", "value": "1"}],
        channels=[OF_ALL],
        experiments=[TRIAL],
        experiment_arms=[ARM, ARM | HOLDOUT],
    )

    def build() -> None:
        outcome = run_audience(
            folder,
            "build",
            *("--log", str(log), "--vars", json.dumps({"contacts": str(contacts)})),
            project=project,
        )
        assert outcome.returncode == 0, outcome.stdout + outcome.stderr

    build()
    placed = customers_of(folder)
    assert not placed["first"] & placed["second"]
    assert placed["first"] & placed["third"]
    assert not set(told) & set().union(*placed.values())
    with read_release(folder) as release:
        assert release.execute(
            "select campaign_id, priority, channel, missing_count from campaign_summaries"
            " order by campaign_id"
        ).fetchall() == [
            ("first", 1, "email", 0),
            ("second", 2, "email", 0),
            ("third", None, "sms", 0),
        ]
        ranks = dict(
            release.execute("select customer_id, customer_rank from customers").fetchall()
        )
        assert release.execute(
            "select count(*), sum(contact_count) from channel_contacts"
            " where channel = 'phone'"
        ).fetchone() == (20, 1 + 19 * 3)
    assert min(map(ranks.__getitem__, told)) < max(map(ranks.__getitem__, placed["first"]))
    # The first campaign has the best of the customers that both may contact.
    assert max(map(ranks.__getitem__, placed["first"])) < max(
        map(ranks.__getitem__, placed["second"])
    )

    # A quiet day holds for experiments and campaigns; Monday is none.
    for start in (
        lambda: start_experiment(folder, "trial", date(2023, 4, 2)),
        lambda: export_campaign(folder, "first", date(2023, 4, 2)),
    ):
        with pytest.raises(ContactListError, match=r"Sunday, a quiet day of every channel"):
            start()
    trial = listed(start_experiment(folder, "trial", date(2023, 4, 3)))
    assert {row["channel"] for row in trial} == {"sms"}
    units = {int(row["customer_id"]) for row in trial}
    first = listed(export_campaign(folder, "first", date(2023, 4, 3)))
    assert {row["channel"] for row in first} == {"email"}
    with duckdb.connect() as connection:
        assert connection.execute(
            "select distinct campaign_id, priority from read_parquet(?) order by 1",
            [str(folder.exports / "*" / "ledger.parquet")],
        ).fetchall() == [("first", 1), ("third", None)]
    told_first = {int(row["customer_id"]) for row in first}
    assert told_first
    assert told_first <= placed["first"] - units

    # Its customers rest for two days, then they have one of three contacts left.
    after = "contacts less than 2 days apart (channel all)"
    third = export_campaign(folder, "third", date(2023, 4, 4), dry_run=True)
    assert third.receipt["left_out"][after] > 0
    third = export_campaign(folder, "third", date(2023, 4, 5))
    assert after not in third.receipt["left_out"]
    assert third.receipt["left_out"]["had their contacts in 7 days (channel all)"] > 0
    with duckdb.connect() as connection:
        made = connection.execute(
            "select customer_id, count(*) as contacts, count(distinct contacted_on)"
            " from read_parquet(?) group by 1 order by contacts desc",
            [str(folder.exports / "*" / "ledger.parquet")],
        ).fetchall()
    assert made[0][1] == 3
    assert max(days for _, _, days in made) == 2

    # The second campaign grows, and the first keeps whom it has contacted.
    seed = project / "seeds" / "campaigns.csv"
    rows = list(csv.DictReader(seed.open(newline="")))
    rows[0]["audience_size"] = "400"
    with seed.open("w", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    build()
    placed = customers_of(folder)
    assert len(placed["second"]) > 1000
    assert not placed["second"] & told_first
