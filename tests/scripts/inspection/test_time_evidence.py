"""How a column writes times, and when that cannot be told."""

from collections.abc import Iterable

import duckdb
import pytest

from scripts.inspection.column_profiles import profile_columns
from scripts.inspection.sampled_table import TABLE
from scripts.inspection.time_evidence import odd_times, time_evidence
from scripts.inspection.time_patterns import patterns_of
from scripts.inspection.time_reading import TimeEvidence


def evidence_of(values: Iterable[str]) -> tuple[TimeEvidence | None, str]:
    """The evidence for a column, and what is odd about its times."""
    with duckdb.connect() as connection:
        connection.execute(f"create table {TABLE} (time varchar)")
        connection.executemany(f"insert into {TABLE} values (?)", [[v] for v in values])
        [column] = profile_columns(connection)
        found = time_evidence(connection, column)
        return found, odd_times(connection, column, found) if found else ""


def days(pattern: str, last: int) -> list[str]:
    return [pattern.format(f"{day:02}") for day in range(1, last + 1)]


@pytest.mark.parametrize(
    ("values", "time_format"),
    [
        (["1511544070", "1511561733"], "epoch_s"),
        (["1511544070.25", "1511561733.5"], "epoch_s"),
        (["1433193132535", "1433194696771"], "epoch_ms"),
        (["1704103200000000"], "epoch_us"),
        (["1704103200000000000"], "epoch_ns"),
        (["20240131", "20240201"], "%Y%m%d"),
        (["20240131235959", "20240201000000"], "%Y%m%d%H%M%S"),
        (["2019-10-01 00:00:00 UTC", "2019-10-02 00:00:05 UTC"], "iso"),
        (["2017-01-01T07:10:28Z"], "iso"),
        (days("2024/01/{}", 31), "%Y/%m/%d"),
        (days("{}/12/2023", 31), "%d/%m/%Y"),
        (days("12/{}/2023 8:26", 31), "%m/%d/%Y %H:%M"),
        (days("{}.12.2023 08:26:01", 31), "%d.%m.%Y %H:%M:%S"),
        (days("12/{}/2023 1:05 PM", 31), "%m/%d/%Y %I:%M %p"),
        (days("{}/12/23", 31), "%d/%m/%y"),
        (days("23-12-{}", 31), "%y-%m-%d"),
        (days("{}-Jan-2024", 9), "%d-%b-%Y"),
        (days("Jan {}, 2024 10:00", 9), "%b %d, %Y %H:%M"),
        (days("{}/Oct/2023:13:55:36 +0200", 9), "%d/%b/%Y:%H:%M:%S %z"),
    ],
)
def test_the_format_is_found(values: list[str], time_format: str) -> None:
    found, odd = evidence_of(values)
    assert found
    assert (found.time_format, found.choices) == (time_format, ())
    assert odd == ""


def test_an_order_is_taken_only_from_a_day_above_12() -> None:
    found, _ = evidence_of(days("{}/12/2023", 31))
    assert found
    assert "13/12/2023 has a day above 12" in found.evidence
    found, _ = evidence_of(days("{}/03/2023", 12))
    assert found
    assert found.time_format is None
    assert found.choices == ("%d/%m/%Y", "%m/%d/%Y")


def test_two_orders_in_one_column_are_a_question_unless_one_is_a_slip() -> None:
    found, _ = evidence_of([*days("{}/12/2023", 31), *days("12/{}/2023", 31)])
    assert found
    assert found.time_format is None
    assert "both orders" in found.evidence
    found, _ = evidence_of([*days("{}/12/2023", 31) * 20, "12/31/2023"])
    assert found
    assert found.time_format == "%d/%m/%Y"


@pytest.mark.parametrize(
    "values", [["5", "9"], ["x", "y"], ["2268318", "2333346"], ["NaN"], ["4000000000"]]
)
def test_other_values_are_no_times(values: list[str]) -> None:
    assert evidence_of(values) == (None, "")


def test_impossible_times_are_named() -> None:
    _, odd = evidence_of(["2024-01-01", "9999-12-31", "0001-01-01"])
    assert "2 of 3 times" in odd
    assert "9999-12-31" in odd


def test_digits_lost_in_a_spreadsheet_are_named() -> None:
    found, _ = evidence_of(["1.7041E+12", "1.7042E+12"])
    assert found
    assert found.warnings
    assert "digits are lost" in found.warnings[0]


@pytest.mark.parametrize("text", ["12", "1/2", "12/31/2023 noon", "Hello, 12", ""])
def test_other_texts_have_no_pattern(text: str) -> None:
    assert patterns_of(text) == []
