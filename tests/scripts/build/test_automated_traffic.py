"""Customers whose rate no person reaches: reported, or set aside."""

import os
from pathlib import Path

import pytest

from scripts.build_folder import BuildFolder
from tests.conftest import public_tables, read_release, run_audience

HEADER = "customer_id,product_id,event,event_date\n"


def rows(customer: int, day: int, count: int) -> str:
    """Interactions a minute apart."""
    return "".join(
        f"{customer},{minute},cart,2023-03-{day:02} 12:{minute:02}:00\n"
        for minute in range(count)
    )


def write(path: Path, text: str) -> None:
    """Write a file that is old enough to be known as unchanged."""
    path.write_text(HEADER + text)
    os.utime(path, (1_700_000_000, 1_700_000_000))


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """A log of many customers, of whom 1 is active, but not yet automated."""
    folder = tmp_path / "log"
    folder.mkdir()
    people = "".join(rows(customer, 1 + customer % 28, 3) for customer in range(2, 60))
    write(folder / "1.csv", people + rows(1, 1, 8))
    return folder


def build(folder: BuildFolder, log: Path, *settings: str) -> str:
    outcome = run_audience(
        folder,
        *("build", "--log", f"{log}/*.csv", "--accept-drift", "small"),
        *("--vars", "{" + ", ".join(("automated_per_day: 10", *settings)) + "}"),
    )
    assert outcome.returncode == 0, outcome.stderr
    return outcome.stdout


def counts(folder: BuildFolder) -> dict[str, int]:
    with read_release(folder) as release:
        return dict(
            release.execute(
                "select outcome, sum(row_count)::int from row_accounting"
                " where input = 'log' group by all"
            ).fetchall()
        )


@pytest.mark.long
def test_automated_customers_are_reported_and_on_request_set_aside(
    log: Path, tmp_path: Path
) -> None:
    write(log / "2.csv", rows(1, 2, 12))
    reporting, excluding = BuildFolder(tmp_path / "a"), BuildFolder(tmp_path / "b")
    said = build(reporting, log)
    assert "20 interactions of 1 customers whose rate no person reaches" in said
    assert "(up to 12 on a day and 1 in a minute) count like others" in said
    assert counts(reporting)["accepted"] == 58 * 3 + 20
    assert "are set aside" in build(excluding, log, "automated: exclude")
    assert counts(excluding) == {
        "accepted": 58 * 3,
        "automated": 20,
        "duplicate": 0,
        "filtered": 0,
        "rejected": 0,
    }
    with read_release(excluding) as release:
        found = release.execute(
            "select count(*), count(*) filter (customer_id = 1), max(total_interactions)"
            " from customers"
        ).fetchone()
    assert found == (58, 0, 3)


@pytest.mark.long
def test_a_customer_who_becomes_automated_leaves_as_in_a_full_rebuild(
    log: Path, tmp_path: Path
) -> None:
    growing, whole = BuildFolder(tmp_path / "a"), BuildFolder(tmp_path / "b")
    # The evidence of a second build would be that of the first.
    settings = ("automated: exclude", "evidence_days: 0")
    build(growing, log, *settings)
    assert counts(growing)["automated"] == 0
    write(log / "2.csv", rows(1, 1, 12))
    said = build(growing, log, *settings)
    assert "the setting automated: exclude needs all rows of a customer" in said
    assert counts(growing)["automated"] == 12
    build(whole, log, *settings)
    one, other = public_tables(growing), public_tables(whole)
    assert {name for name in one if one[name] != other[name]} == set()
