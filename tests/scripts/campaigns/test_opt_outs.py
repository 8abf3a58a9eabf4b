"""Opt-outs: how they are noted, and the note when you roll back."""

import pytest

from scripts.build_folder import BuildFolder
from scripts.campaigns.opt_outs import canonical_id, note_opt_outs
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
    assert not published.suppressions.exists()
