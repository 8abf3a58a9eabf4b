"""Contact lists that are written: rows, receipts, formulas, and what is refused."""

import hashlib
import json
import os
import subprocess
import sys
from datetime import date

import duckdb
import pytest

from scripts.build_folder import PROJECT, BuildFolder
from scripts.campaigns.contact_ledger import ContactListError, open_ledger, records
from scripts.campaigns.contact_list import ContactList, write_contact_list
from scripts.campaigns.export import choose_contacts, export_campaign
from scripts.campaigns.printed_receipt import print_receipt
from scripts.releases.release_folder import Release, ReleaseError
from tests.conftest import read_release, run_audience

# In the period of the shipped campaigns.
APRIL = date(2023, 4, 3)


def test_a_list_has_customers_reasons_and_the_release(
    published: BuildFolder,
) -> None:
    outcome = run_audience(
        published,
        "export",
        *("spring_rotation", "--on", "2023-04-03", "--format", "parquet"),
    )
    assert outcome.returncode == 0, outcome.stderr
    (folder,) = published.exports.glob("spring_rotation-*")
    receipt = json.loads((folder / "receipt.json").read_text())
    contacts = folder / "contacts.parquet"
    assert receipt["sha256"] == hashlib.sha256(contacts.read_bytes()).hexdigest()
    assert f"Wrote {receipt['contacts']:,} contacts" in outcome.stdout
    with read_release(published) as release:
        expected = release.execute(
            "select campaign_id, null, product_id, audience_rank, customer_id, arm, $day,"
            " explanation, $release_id, null, placed_by, purchase_probability"
            " from campaign_audiences"
            " inner join campaign_customers using (campaign_id, customer_id, arm)"
            " where campaign_id = 'spring_rotation' and arm = 'contact'"
            " order by product_id, audience_rank",
            {"day": APRIL, "release_id": receipt["release_id"]},
        ).fetchall()
    assert expected
    # Each ranking and probability is known.
    assert {type(value) for row in expected for value in row[-2:]} == {str, float}
    with duckdb.connect() as connection:
        assert connection.execute(f"from '{contacts}'").fetchall() == expected
    assert receipt["contacts"] == len(expected)
    assert receipt["cost"] == pytest.approx(0.10 * len(expected))
    assert (folder.stat().st_mode & 0o077) == 0


def test_an_export_counts_the_contacts_of_other_campaigns(published: BuildFolder) -> None:
    """No customer is contacted twice about a product; each campaign keeps its cap."""
    for campaign in ("spring_rotation", "abandoned_carts"):
        assert export_campaign(published, campaign, APRIL).folder is not None
    left_out = export_campaign(published, "most_engaged", APRIL, dry_run=True).receipt
    assert left_out["left_out"].keys() == {"contacted about the product in the period"}
    ledger = published.exports / "*" / "ledger.parquet"
    with duckdb.connect() as connection:
        rows = connection.execute(
            "select campaign_id, customer_id, product_id, arm from read_parquet(?)",
            [str(ledger)],
        ).fetchall()
    contacts = [row for row in rows if row[3] == "contact"]
    assert len({(customer, product) for _, customer, product, _ in contacts}) == len(
        contacts
    )
    abandoned = {row[1] for row in contacts if row[0] == "abandoned_carts"}
    spring = {row[1] for row in contacts if row[0] == "spring_rotation"}
    assert spring
    # Its cap is one: customers contacted by spring_rotation are left out.
    assert abandoned
    assert not abandoned & spring


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["autumn"], "There is no campaign autumn in 0000"),
        (["most_engaged"], "runs from 2023-04-01 to 2023-04-30, but today is"),
        (["most_engaged", "--on", "2023-05-01"], "but the day is 2023-05-01: name the day"),
    ],
)
def test_a_failed_export_says_why(
    published: BuildFolder, arguments: list[str], said: str
) -> None:
    outcome = run_audience(published, "export", *arguments)
    assert outcome.returncode == 1
    assert said in outcome.stderr
    assert "Nothing was written." in outcome.stderr
    assert not list(published.exports.glob("[a-z]*"))


def test_a_closed_output_pipe_is_no_error(published: BuildFolder) -> None:
    outcome = subprocess.run(
        f"{sys.executable} -u -m scripts.cli export spring_rotation --on 2023-04-03"
        " | true; echo ${PIPESTATUS[0]}",
        shell=True,
        executable="/bin/bash",
        cwd=PROJECT,
        env=os.environ | {"AUDIENCE_BUILD_DIR": str(published.root)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (outcome.stdout, outcome.stderr) == ("0\n", "")
    assert list(published.exports.glob("spring_rotation-*"))


def test_a_receipt_uses_the_singular_and_warns_of_formulas(
    capsys: pytest.CaptureFixture[str],
) -> None:
    receipt = {"owner": "spring", "contacts": 1, "customers": 1, "products": 1}
    receipt |= {"holdouts": 1, "contact_on": APRIL, "cost": 0.1, "left_out": {}}
    print_receipt(ContactList(None, receipt | {"ids_like_formulas": 1}))
    assert capsys.readouterr().out == (
        "Would write 1 contact of 1 customer about 1 product on 2023-04-03, 0.10 in cost;"
        " 1 place is held out.\n"
        "  Note: 1 row with an id that begins with =, +, -, @, a tab or a carriage return:"
        " a spreadsheet would compute it. Import the ids as text, or export with --formulas"
        " quote.\n"
    )
    receipt |= {"ids_like_formulas": 2, "formulas": "quote"}
    print_receipt(ContactList(None, receipt))
    assert "compute it. In the CSV file a ' stands before it." in capsys.readouterr().out


LIKE_FORMULAS = ["=1+1", "+1", "-1", "@a", "\ta", "\ra", "\uff1d1", "\uff0d1"]


@pytest.mark.parametrize("formulas", ["keep", "quote"])
@pytest.mark.parametrize("file_format", ["csv", "parquet"])
def test_ids_like_formulas_are_counted_and_quoted_in_csv(
    folder: BuildFolder, formulas: str, file_format: str
) -> None:
    ids = [*LIKE_FORMULAS, "a=1", "'=1", "a\n=1"]
    with duckdb.connect() as connection:
        connection.execute(
            "create table chosen as select 'spring' as campaign_id, 'p=' as product_id,"
            " unnest(range(len($ids))) as place, unnest($ids) as customer_id,"
            " 'contact' as arm, 0.1::double as cost_per_contact, '=x' as explanation,"
            " null::text as experiment_id, null::text as experiment_arm,"
            " null::text as channel, null::bigint as priority, null::text as left_out,"
            " null::text as placed_by, null::double as placement_probability,"
            " null::text as history_class, null::text as score_class,"
            " null::double as purchase_probability",
            {"ids": ids},
        )
        found = write_contact_list(
            connection,
            folder,
            Release(folder.releases / "000001-20230401T000000Z"),
            *("spring", APRIL, file_format, formulas),
            dry_run=False,
        )
        assert found.folder is not None
        assert found.receipt["ids_like_formulas"] == len(LIKE_FORMULAS)
        file = found.folder / found.receipt["file"]
        rows = connection.execute(
            f"select customer_id, product_id, explanation, place from '{file}'"
            if file_format == "parquet"
            else "select customer_id, product_id, explanation, place::bigint from"
            f" read_csv('{file}', all_varchar = true, header = true, strict_mode = true)"
        ).fetchall()
        is_quoted = (formulas, file_format) == ("quote", "csv")
        mark = "'" if is_quoted else ""
        expected = [f"{mark}{name}" for name in LIKE_FORMULAS] + ids[len(LIKE_FORMULAS) :]
        assert rows == [
            (name, "p=", f"{mark}=x", place) for place, name in enumerate(expected)
        ]
        ledger = connection.execute(
            f"select customer_id from '{found.folder}/ledger.parquet'"
        )
        assert [row[0] for row in ledger.fetchall()] == ids


def test_there_is_nothing_to_export_before_the_first_build(folder: BuildFolder) -> None:
    with pytest.raises(ReleaseError, match="run `audience build` first"):
        export_campaign(folder, "most_engaged", APRIL)


def test_nothing_is_exported_while_a_build_runs(published: BuildFolder) -> None:
    """The new release would not know the contacts of the list."""
    with published.lock():
        outcome = run_audience(published, "export", "spring_rotation", "--on", "2023-04-03")
    assert outcome.returncode == 1
    assert "A build is writing to" in outcome.stderr
    assert not list(published.exports.glob("*/ledger.parquet"))


def test_a_release_of_an_earlier_version_exports_nothing(published: BuildFolder) -> None:
    database = published.releases / "current" / "audience.duckdb"
    with duckdb.connect(database) as release:
        release.execute("alter table campaign_customers drop external_contact_count")
    with pytest.raises(ContactListError, match="was made by an earlier version: run"):
        export_campaign(published, "spring_rotation", APRIL)
    assert not list(published.exports.glob("*/ledger.parquet"))


def test_the_ledger_has_the_priority_and_reads_entries_without_one(
    published: BuildFolder,
) -> None:
    """Entries of an earlier version lack the column."""
    earlier = published.exports / "winter" / "ledger.parquet"
    earlier.parent.mkdir(parents=True)
    with duckdb.connect() as connection:
        connection.execute(
            "copy (select '1' as customer_id, '1' as product_id, 'winter' as campaign_id,"
            " date '2023-03-02' as contacted_on, 0.0 as cost, 'contact' as arm,"
            " null::text as experiment_id, null::text as experiment_arm,"
            f" 'winter' as export_id, '000000' as release_id) to '{earlier}'"
        )
    with open_ledger(published) as (connection, release):
        campaigns = records(connection, release, "campaign_summaries")
        campaigns["spring_rotation"]["priority"] = 2
        choose_contacts(connection, campaigns, "spring_rotation", APRIL)
        written = write_contact_list(
            connection, published, release, "spring_rotation", APRIL, "csv", dry_run=False
        )
        assert connection.execute(
            "select distinct campaign_id, priority from read_parquet(?, union_by_name ="
            " true) order by campaign_id",
            [str(published.exports / "*" / "ledger.parquet")],
        ).fetchall() == [("spring_rotation", 2), ("winter", None)]
    with open_ledger(published) as (connection, _):
        assert connection.execute(
            "select campaign_id, count(*) from ledger group by all order by campaign_id"
        ).fetchall() == [("spring_rotation", written.receipt["contacts"]), ("winter", 1)]
