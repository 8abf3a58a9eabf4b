"""Opt-outs: how they are noted, and the note when you roll back."""

import json
import stat
from datetime import date

import duckdb
import pytest

from scripts.build_folder import BuildFolder
from scripts.campaigns.export import export_campaign
from scripts.campaigns.opt_outs import (
    canonical_id,
    note_opt_outs,
    tell_api,
    tell_api_of_listed,
)
from scripts.releases.opted_out_file import FILE
from scripts.releases.publish import publish
from tests.conftest import read_release, run_audience


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


@pytest.mark.parametrize("customer", ["seven", "1.5", "", "9223372036854775808"])
def test_an_invalid_opt_out_says_why(published: BuildFolder, customer: str) -> None:
    outcome = run_audience(published, "suppress", customer)
    assert outcome.returncode == 1
    assert f"{customer!r} cannot be a customer of this log" in outcome.stderr
    assert "Nothing was noted" in outcome.stderr
    assert not published.suppressions.exists()


def test_unknown_customers_are_refused_and_none_is_noted(published: BuildFolder) -> None:
    with read_release(published) as release:
        (known,) = release.execute("select max(customer_id) from customers").fetchone() or (
            0,
        )
    outcome = run_audience(published, "suppress", str(known), "999999999", "888888888")
    assert outcome.returncode == 1
    assert (
        "has no customer '999999999', '888888888', so nothing was noted" in outcome.stderr
    )
    assert "--force (make: FORCE=1)" in outcome.stderr
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
