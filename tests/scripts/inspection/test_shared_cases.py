"""Small inputs that are easily read wrongly: what `check` and `inspect` say of each.

The inputs are not part of the project; without their folder these tests are skipped.
"""

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from scripts.build.log_source import LogSourceError
from scripts.build_folder import PROJECT
from scripts.inspection.inspect_log import inspect_log
from scripts.inspection.log_check import check_settings
from tests.conftest import SHARED_DATA

CASES = SHARED_DATA.parent / "cases"
TEXT = {"id_type": "text"}
TESTS = "tests/scripts/build"
DIALECTS = f"{TESTS}/test_csv_dialects.py::test_files_of_other_programs_are_read"
FOLDERS = f"{TESTS}/test_path_columns.py::test_a_folder_replaces_no_column_of_a_file"
DAYS = f"{TESTS}/test_event_times.py::test_an_hour_that_the_clock_shows_twice_is_noted"
IDS = f"{TESTS}/test_id_types.py::test_ids_keep_one_text_each"
TIMES = f"{TESTS}/test_event_times.py::test_impossible_times_are_set_aside"


@dataclass(frozen=True)
class Case:
    """An input and its right outcome.

    Attributes:
        says: a pattern of what `check` prints, or refuses with.
        proposes: settings that `inspect` proposes, among others.
        asks: a pattern of what `inspect` leaves to a person, or warns of.
        build: the test of what only a build shows.
    """

    says: str
    settings: dict[str, Any] = field(default_factory=dict)
    log: str = "log.csv"
    proposes: dict[str, Any] = field(default_factory=dict)
    asks: str = ""
    build: str = ""


def reads(rows: int, **more: Any) -> Case:
    """All rows are read."""
    return Case(rf" {rows} rows {rows} would be accepted\.$", **more)


ROUNDED = "several customers would become one"
OUTSIDE = "times lie before 1990 or in the future"
OUTCOMES = {
    "a10_header_trailing": reads(20),
    "a12_ga_preamble": Case(
        r'leave out lines that begin with # \(comment: "#"\)', proposes={"comment": "#"}
    ),
    "a13_sep_line": reads(20, settings={"delimiter": ";"}, proposes={"delimiter": ";"}),
    "a16_backslash": Case(
        r"57 would be accepted, 3 rejected \(unreadable line: 3\)",
        proposes={"escape": "\\"},
        build=DIALECTS,
    ),
    "a17_cp1252": Case(
        "not UTF-8 from line 52 on: set encoding: windows-1252",
        proposes={"encoding": "windows-1252"},
    ),
    "a18_cp1252_latin": reads(60, settings={"encoding": "latin-1"}),
    "a19_utf16": reads(
        21,
        settings={"encoding": "utf-16", "delimiter": "\t"} | TEXT,
        log="log.txt",
        proposes={"encoding": "utf-16", "delimiter": "\t"},
    ),
    "a21_tab_plain": reads(20, settings={"delimiter": "\\t"}, log="log.tsv"),
    "b02_sci_text": Case(
        "rounded customer_id .* lost digits", TEXT, asks="digits are lost"
    ),
    "b04_null_words": Case(
        "missing customer_id", TEXT, asks="30 of 60 rows have a word for nothing"
    ),
    "b05_invisible": reads(28, settings=TEXT, asks="invisible characters", build=IDS),
    "b09_two_digit_year": Case(
        'Years of two digits are %y, not %Y: set time_format: "%d/%m/%y"',
        {"time_format": "%d/%m/%Y"},
        proposes={"time_format": "%d/%m/%y"},
    ),
    "b11_us_dates_silent": reads(
        60,
        settings={"time_format": "%d/%m/%Y"},
        asks="%d/%m/%Y and %m/%d/%Y both read all of the values",
        build=DAYS,
    ),
    "b12_micros": Case(
        'time_format: "epoch_us" fits',
        {"time_format": "epoch_ms"},
        proposes={"time_format": "epoch_us"},
    ),
    "b15_zone_names": Case(r"4 rejected \(event_date with a zone name: set time_zone: 4"),
    "b17_iso_kinds": Case(
        "7 would be accepted, 5 rejected", TEXT | {"max_reject_share": 0.9}, asks=OUTSIDE
    ),
    "b18_sentinels": Case(
        "after latest_event: 3, event_date before earliest_event: 1",
        asks=OUTSIDE,
        build=TIMES,
    ),
    "b21_duplicate_header": Case(
        r"names the column customer_id 2 times \(columns 1, 5\)",
        asks="have the same name",
    ),
    "b22_header_blank": reads(
        20, settings={"columns": {"customer_id": "Customer ID", "product_id": "Product ID"}}
    ),
    "b24_expr_raises": Case(
        r'customer_id: "cast\(user as integer\)"} failed in row 21 of .*\(user = \'x\'\)',
        {"expressions": {"customer_id": "cast(user as integer)"}},
    ),
    "b25_expr_comment": reads(
        20, settings={"expressions": {"event": "'purchased' -- all"}}
    ),
    "b26_expr_unquoted": Case(
        'event: "purchased"} is the column purchased, .* quotes of its own',
        {"expressions": {"event": "purchased"}},
    ),
    "c01_case_columns": Case(
        "several columns for event, whose names differ only in case", log="log.parquet"
    ),
    "c07_double_big_text": Case(ROUNDED, TEXT, log="log.parquet", asks="digits are lost"),
    "c09_float32": Case(ROUNDED, log="log.parquet", asks="digits are lost"),
    "c13_year_20244": Case(
        r"39 would be accepted, 1 rejected \(event_date after latest_event",
        log="log.parquet",
        asks=OUTSIDE,
        build=TIMES,
    ),
    "c15_hive_overrides": Case(
        "7 files; .* 30 rows 30 w", log="**/*.parquet", build=FOLDERS
    ),
    "c17_hive_csv_customer": reads(20, log="customer_id=7/log.csv", build=FOLDERS),
    "c19_zst": reads(40, log="log.csv.zst"),
    "c20_zip": reads(40, log="log.zip"),
    "c22_jsonl": reads(20, log="events.json"),
    "c24_swapped": reads(20, log="*.csv"),
    "d01_suppressions_semicolon": Case(
        r'\(suppressions: {path: ..., delimiter: ";"}\)', {"suppressions": "opt_out.csv"}
    ),
    "d02_suppressions": reads(
        30,
        settings={"suppressions": "opt_out.csv"} | TEXT,
        build=f"{TESTS}/test_csv_dialects.py::test_too_many_unknown_opt_outs_stop_the_build",
    ),
    "d03_suppressions_invisible": reads(
        30, settings={"suppressions": "opt_out.csv"} | TEXT, build=IDS
    ),
    "d05_contacts_comma": reads(
        30,
        settings={
            "contacts": {
                "path": "contacts.csv",
                "delimiter": ";",
                "time_format": "%d.%m.%Y",
                "decimal_mark": ",",
                "thousands_mark": ".",
            }
        },
        build=DIALECTS,
    ),
    "d06_contacts_one_cost": reads(
        40, settings={"contacts": "contacts.csv"}, build=DIALECTS
    ),
    "d09_suppressions_hive": reads(
        30,
        settings={"suppressions": "customer_id=all/opt_out.csv"} | TEXT,
        build=FOLDERS,
    ),
}


@pytest.fixture(scope="module")
def cases() -> Path:
    if not CASES.is_dir():
        pytest.skip(f"no inputs: {CASES} is missing")
    return CASES


def settings_of(folder: Path, case: Case) -> dict[str, Any]:
    """The settings, with paths within the folder of the case."""
    settings = dict(case.settings) | {"log": str(folder / case.log)}
    for name in ("suppressions", "contacts"):
        given = settings.get(name)
        if isinstance(given, str):
            settings[name] = str(folder / given)
        elif given:
            settings[name] = given | {"path": str(folder / given["path"])}
    return settings


def folder_of(cases: Path, name: str) -> Path:
    """The folder whose name begins so."""
    [folder] = cases.glob(f"{name}*")
    return folder


def test_every_input_has_its_outcome(cases: Path) -> None:
    folders = {folder for folder in cases.iterdir() if folder.is_dir()}
    assert {folder_of(cases, name) for name in OUTCOMES} == folders


@pytest.mark.parametrize("name", OUTCOMES)
def test_the_check_says_what_becomes_of_it(cases: Path, name: str) -> None:
    case = OUTCOMES[name]
    try:
        said = check_settings(settings_of(folder_of(cases, name), case))
    except LogSourceError as error:
        said = str(error)
    assert re.search(case.says, said), said


@pytest.mark.parametrize(
    "name", [name for name, case in OUTCOMES.items() if case.proposes or case.asks]
)
def test_inspect_finds_it(cases: Path, name: str) -> None:
    case = OUTCOMES[name]
    proposal = inspect_log(str(folder_of(cases, name) / case.log)).proposal
    assert case.proposes.items() <= proposal.settings.items()
    said = "\n".join([*proposal.decisions, *proposal.problems, *proposal.warnings])
    assert re.search(case.asks, said), said


@pytest.mark.parametrize("test", sorted({case.build for case in OUTCOMES.values()} - {""}))
def test_what_only_a_build_shows_has_a_test(test: str) -> None:
    file, function = test.split("::")
    assert f"\ndef {function}" in (PROJECT / file).read_text(encoding="utf-8")
