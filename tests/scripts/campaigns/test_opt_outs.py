"""Opt-outs: how they are noted, and the note when you roll back."""

import json
import re
import stat
import threading
from datetime import date

import duckdb
import pytest

from api.opt_outs import OptOuts
from scripts.blanks import BLANKS
from scripts.build_folder import BuildFolder
from scripts.campaigns.export import export_campaign
from scripts.campaigns.opt_outs import (
    canonical_id,
    note_opt_outs,
    tell_api,
    tell_api_of_listed,
    texts_of_noted,
)
from scripts.releases.opted_out_file import FILE, OptedOutFile
from scripts.releases.publish import publish
from tests.conftest import FinishedBuild, read_release, run_audience


def test_a_rollback_says_how_many_customers_opted_out_since(published: BuildFolder) -> None:
    publish(published)
    with read_release(published) as release:
        (customer,) = release.execute(
            "select min(customer_id) from customers"
        ).fetchone() or (0,)
    note_opt_outs(published, [f"0{customer}", "999999999", "Miller"], "asked by letter")
    outcome = run_audience(published, "rollback")
    assert outcome.returncode == 0
    assert "Note: 1 of its customers opted out after it was made" in outcome.stdout


@pytest.mark.parametrize(
    ("customer", "expected"),
    [
        ("01100", "1100"),
        ("+7 ", "7"),
        ("-0", "0"),
        ("9223372036854775807", "9223372036854775807"),
        ("9223372036854775808", None),
        ("-9223372036854775808", "-9223372036854775808"),
        ("17850.0", "17850"),
        ("\xa017850\t", "17850"),
        ("0" * 60 + "7", "7"),
        ("17850.5", None),
        ("\u0667", None),
        ("1_000", None),
        ("1e3", None),
        (" ", None),
    ],
)
def test_an_opt_out_is_noted_with_the_id_of_the_log(
    customer: str, expected: str | None
) -> None:
    assert canonical_id(customer, is_number=True) == expected


def test_an_opt_out_of_a_text_id_is_noted_unchanged() -> None:
    assert canonical_id(" 007 ", is_number=False) == "007"
    assert canonical_id(" ", is_number=False) is None
    assert canonical_id(' ="007" ', is_number=False) == "007"
    assert canonical_id('="007"', is_number=True) == "7"
    assert canonical_id("\t\xa0=1\r\n", is_number=False) == "=1"
    # Whatever cannot be seen around an id is not a part of it; within it is.
    assert canonical_id("\u3000a\u200bb\x85", is_number=False) == "a\u200bb"
    assert canonical_id("\ufeffC1\u200b\u202f", is_number=False) == "C1"
    assert canonical_id("two\nlines", is_number=False) is None
    assert canonical_id("\udcff", is_number=False) is None


def test_ids_have_the_same_form_in_the_build_the_notes_and_the_api(
    dirty_build: FinishedBuild,
) -> None:
    """Compares with the SQL that dbt compiled for the log."""
    compiled = (
        dirty_build.folder.dbt_target
        / "compiled/product_audience/models/staging/campaigns/stg_suppressions.sql"
    ).read_text()
    found = re.search(r"\n    where (case.*?end) is not null", compiled, re.DOTALL)
    assert found
    given = ["7", " 07", "+7.", "7.00", "\xa07\t", "7.5", "7e0", "x", "-0", ""]
    given += [f"{one}7{one}" for one in BLANKS]
    given += ["0" * 60 + "7", "9223372036854775807", "9223372036854775808", "1_0", "0x1"]
    with duckdb.connect() as connection:
        parsed = dict(
            connection.execute(
                f"select customer_id, ({found[1]})::text from (select unnest($ids)) as"
                " given (customer_id)",
                {"ids": given},
            ).fetchall()
        )
    assert parsed == {one: canonical_id(one, is_number=True) for one in given}
    for one, expected in parsed.items():
        stripped = OptOuts(frozenset({one.strip(BLANKS)})).ids(are_text=False)
        assert stripped == (set() if expected is None else {int(expected)}), one


@pytest.mark.parametrize("customer", ["seven", "1.5", "", "9223372036854775808"])
def test_an_invalid_opt_out_says_why(published: BuildFolder, customer: str) -> None:
    outcome = run_audience(published, "suppress", customer)
    assert outcome.returncode == 1
    assert f"{customer!r} cannot be a customer of this log" in outcome.stderr
    assert "Nothing was noted" in outcome.stderr
    assert not published.suppressions.exists()


def test_unknown_customers_are_refused(published: BuildFolder) -> None:
    outcome = run_audience(published, "suppress", "999999999", "888888888")
    assert outcome.returncode == 1
    assert "has no customer '999999999', '888888888': check the id" in outcome.stderr
    assert "--force (make: FORCE=1). Nothing was noted" in outcome.stderr
    assert not published.suppressions.exists()
    assert not (published.releases / FILE).exists()

    forced = run_audience(published, "suppress", "--force", "999999999", "0999999999")
    assert forced.returncode == 0, forced.stderr
    assert "Opted out: 1, of which 0 in the current release; noted in" in forced.stdout
    assert "No release is built" in forced.stdout
    (noted,) = published.suppressions.glob("*.parquet")
    assert stat.S_IMODE(noted.stat().st_mode) == 0o600
    # An opt-out of before is known: nothing is noted twice.
    again = run_audience(published, "suppress", "999999999")
    assert again.returncode == 0, again.stderr
    assert "All of them have opted out before." in again.stdout
    assert len(list(published.suppressions.glob("*.parquet"))) == 1


def test_known_customers_of_a_call_are_noted_although_others_are_unknown(
    published: BuildFolder,
) -> None:
    """Before, one wrong id held back all opt-outs of the call."""
    with read_release(published) as release:
        (known,) = release.execute("select max(customer_id) from customers").fetchone() or (
            0,
        )
    with published.lock():  # As another build does; no build is needed here.
        outcome = run_audience(
            published, "suppress", "seven", f"0{known}", "999999999", str(known)
        )
    assert outcome.returncode == 1
    assert "Opted out: 1, of which 1 in the current release; noted in" in outcome.stdout
    assert "'seven' cannot be a customer of this log: expected a whole" in outcome.stderr
    assert "has no customer '999999999': check the id" in outcome.stderr
    assert "could be published: Another build" in outcome.stderr
    assert noted_for_the_api(published) == [str(known)]
    assert texts_of_noted(published) == [str(known)]

    # Noted before: nothing new, and no build. The unknown one is still named.
    with read_release(published) as release:
        (unlisted,) = release.execute(
            "select min(customer_id) - 1 from customers"
        ).fetchone() or (0,)
    note_opt_outs(published, [str(unlisted)], "by mail")
    again = run_audience(published, "suppress", str(unlisted), "999999999")
    assert again.returncode == 1
    assert "They are in effect" in again.stdout
    assert "(make: FORCE=1). The others are noted" in again.stderr


def test_an_opt_out_is_in_effect_while_another_build_holds_the_lock(
    published: BuildFolder,
) -> None:
    with read_release(published) as release:
        (customer,) = release.execute(
            "select min(customer_id) from customers"
        ).fetchone() or (0,)
    with published.lock():
        outcome = run_audience(published, "suppress", str(customer))
    assert outcome.returncode == 3
    assert "They are in effect: a running API leaves these customers out" in outcome.stdout
    assert "no release without these customers could be published: Another build" in (
        outcome.stderr
    )
    assert "Nothing was published; the last release is still served." in outcome.stderr
    assert noted_for_the_api(published) == [str(customer)]
    # Cancelled: without the note, the next program that publishes tells the API.
    for file in published.suppressions.glob("*.parquet"):
        file.unlink()
    tell_api(published)
    assert noted_for_the_api(published) == []


def test_a_table_of_opt_outs_takes_effect_before_the_release_is_checked(
    published: BuildFolder,
) -> None:
    with duckdb.connect(published.warehouse) as warehouse:
        (customer,) = warehouse.execute(
            "select min(customer_id) from marts.customers"
        ).fetchone() or (0,)
        warehouse.execute(
            "create or replace table intermediate.int_suppressed_customers as"
            f" select unnest([{customer}, 999999999]) as customer_id"
        )
    tell_api_of_listed(published)
    content = json.loads((published.releases / FILE).read_text())
    assert (content["noted"], content["listed"]) == ([], [str(customer)])


def test_a_table_of_opt_outs_stays_in_effect_for_an_earlier_release(
    published: BuildFolder,
) -> None:
    """The current release does not contain the customer, but you can go back."""
    publish(published)
    current = (published.releases / "current").resolve()
    with (
        duckdb.connect(published.warehouse) as warehouse,
        duckdb.connect(current / "audience.duckdb") as release,
    ):
        (customer,) = release.execute(
            "delete from customers where customer_rank = 1 returning customer_id"
        ).fetchone() or (0,)
        warehouse.execute(
            "create or replace table intermediate.int_suppressed_customers as"
            f" select {customer} as customer_id"
        )
    tell_api_of_listed(published)
    content = json.loads((published.releases / FILE).read_text())
    assert content["listed"] == [str(customer)]


def test_an_opt_out_survives_a_program_that_began_to_read_before_it(
    published: BuildFolder,
) -> None:
    """Two programs at once: one notes, the other tells the API what was noted."""
    note_opt_outs(published, ["17"], "by mail")
    reads, noted = threading.Event(), threading.Event()
    file = OptedOutFile(published.releases)

    def read() -> list[str]:
        found = texts_of_noted(published)
        reads.set()
        noted.wait(1)  # The other one must wait for this program.
        return found

    slow = threading.Thread(target=file.renew, args=(read,))
    slow.start()
    assert reads.wait(10)
    note_opt_outs(published, ["42"], "by mail")
    noted.set()
    slow.join(10)
    assert noted_for_the_api(published) == ["17", "42"]


def test_a_damaged_note_holds_back_no_further_opt_out(published: BuildFolder) -> None:
    note_opt_outs(published, ["17"], "by mail")
    (first,) = published.suppressions.glob("*.parquet")
    first.write_bytes(first.read_bytes()[:20])
    outcome = run_audience(published, "suppress", "--force", "999999999")
    assert "They are in effect" in outcome.stdout, outcome.stderr
    assert noted_for_the_api(published) == ["17", "999999999"]


@pytest.mark.parametrize("force", [(), ("--force",)])
def test_a_damaged_release_holds_back_no_opt_out(
    published: BuildFolder, force: tuple[str, ...]
) -> None:
    """Before, nothing was noted without --force."""
    database = (published.releases / "current").resolve() / "audience.duckdb"
    database.write_bytes(bytes(database.stat().st_size))
    outcome = run_audience(published, "suppress", *force, "17", " ")
    assert "Opted out: 1, not checked; noted in" in outcome.stdout, outcome.stderr
    assert "They are in effect" in outcome.stdout
    assert "but the ids were not checked, and no release without these" in outcome.stderr
    assert "' ' cannot be a customer of this log" in outcome.stderr
    assert outcome.returncode == 1
    assert noted_for_the_api(published) == ["17"]


def test_without_a_release_opt_outs_are_noted_too(folder: BuildFolder) -> None:
    outcome = run_audience(folder, "suppress", "17")
    assert outcome.returncode == 3, outcome.stderr
    assert "there is no release: run `audience build`" in outcome.stderr
    assert noted_for_the_api(folder) == ["17"]


def test_lists_leave_out_who_has_opted_out_since_the_release(
    published: BuildFolder,
) -> None:
    first = export_campaign(published, "most_engaged", date(2023, 4, 3), dry_run=True)
    with read_release(published) as release:
        (customer, places) = release.execute(
            "select customer_id, count(*) from campaign_audiences"
            " where campaign_id = 'most_engaged' group by 1 order by 2 desc, 1 limit 1"
        ).fetchone() or (0, 0)
    note_opt_outs(published, [str(customer)], "asked by letter")
    second = export_campaign(published, "most_engaged", date(2023, 4, 3), dry_run=True)
    reason = "opted out since the release was made"
    assert reason not in first.receipt["left_out"]
    assert second.receipt["left_out"][reason] == places > 0


def noted_for_the_api(folder: BuildFolder) -> list[str]:
    noted: list[str] = json.loads((folder.releases / FILE).read_text())["noted"]
    return noted
