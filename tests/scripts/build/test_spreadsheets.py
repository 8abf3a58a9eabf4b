"""Workbooks are read as the CSV file of their only sheet, fixed columns as CSV too."""

import csv
import datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest
import xlsxwriter

from scripts.build.dbt_run import run_dbt
from scripts.build.file_kinds import FileKind, kind_of, open_unpacked
from scripts.build.log_source import LogSourceError, matching
from scripts.build.readable_copies import with_readable_copies
from scripts.build_folder import BuildFolder
from scripts.inspection.inspect_log import inspect_log

HEADER = ("customer_id", "product_id", "event", "event_date")


def write_workbook(path: Path, sheets: dict[str, list[tuple[Any, ...]]]) -> None:
    """Write sheets as a spreadsheet program does; times are numbers with a format."""
    with xlsxwriter.Workbook(path) as workbook:
        day = workbook.add_format({"num_format": "yyyy-mm-dd hh:mm"})
        for name, rows in sheets.items():
            sheet = workbook.add_worksheet(name)
            for number, row in enumerate(rows):
                for column, value in enumerate(row):
                    is_time = isinstance(value, datetime.date)
                    sheet.write(number, column, value, *([day] if is_time else []))


def text_of(path: Path) -> str:
    kind = kind_of(path)
    with open_unpacked(path, kind.compression) as stream:
        return stream.read().decode()


def test_cells_are_written_as_a_build_reads_them(tmp_path: Path) -> None:
    path = tmp_path / "orders.csv"  # Whatever its name says.
    moment = datetime.datetime(2023, 1, 31, 12, 30, 5, tzinfo=None)
    write_workbook(
        path,
        {
            "Log": [
                ("Orders of May",),
                (),
                ("id", "text", "time"),
                (7, "a, b", moment),
                (0.5, 'say "x"', datetime.date(2023, 2, 1)),
                (True, "two\nlines", None),
                (-12.0, "00109", None),
                (1234567890123456, "last digits are lost", None),
            ],
            "Empty": [],
        },
    )
    assert kind_of(path) == FileKind("workbook", "text")
    assert text_of(path).splitlines() == [
        "Orders of May",
        "",
        "id,text,time",
        '7,"a, b",2023-01-31 12:30:05',
        '0.5,"say ""x""",2023-02-01 00:00:00',
        'true,"two',
        'lines",',
        "-12,00109,",
        "1.23456789012346e+15,last digits are lost,",
    ]


def test_cells_stay_in_their_columns(tmp_path: Path) -> None:
    """A column without a name, a column that is seldom filled, and empty rows."""
    path = tmp_path / "orders.xlsx"
    header = (None, "customer\nid", "product_id", "coupon", "event", "event_date")
    rows = [(number, 1, 2, None, "view", "2023-01-01") for number in range(60)]
    full = (60, 1, 2, "x", "view", "2023-01-01")
    write_workbook(path, {"Log": [("Orders\nof May",), (), header, (), *rows, full]})
    assert text_of(path).splitlines() == [
        *("Orders of May", "", ",customer id,product_id,coupon,event,event_date"),
        *(f"{number},1,2,,view,2023-01-01" for number in range(60)),
        "60,1,2,x,view,2023-01-01",
    ]


def test_numbers_of_a_workbook_have_no_marks_of_a_country(tmp_path: Path) -> None:
    path = tmp_path / "contacts.xlsx"
    write_workbook(path, {"Contacts": [("customer_id", "cost"), (1, 1.125)]})
    contacts = {"path": str(path), "decimal_mark": ",", "thousands_mark": "."}
    (tmp_path / "log.csv").write_text(",".join(HEADER) + "\n")
    given = {"log": str(tmp_path / "log.csv"), "contacts": contacts}
    read = with_readable_copies(tmp_path / "copies", given)["contacts"]
    assert (read["decimal_mark"], read["thousands_mark"]) == (".", "")
    assert matching(read["path"])[0].read_text() == "customer_id,cost\n1,1.125\n"
    log = {"log": str(path), "decimal_mark": ",", "thousands_mark": "."}
    read = with_readable_copies(tmp_path / "copies", log)
    assert (read["decimal_mark"], read["thousands_mark"]) == (".", "")


def test_widths_of_bytes_are_refused(tmp_path: Path) -> None:
    (tmp_path / "log.txt").write_bytes("Meier   1\nM\u00fcller 2\n".encode())
    given = {"log": str(tmp_path / "log.txt"), "column_widths": [8, 1]}
    with pytest.raises(LogSourceError, match=r"log\.txt have 9 bytes, but different"):
        with_readable_copies(tmp_path / "copies", given)


@pytest.mark.parametrize(
    ("sheets", "found"),
    [
        ({"A": [(1,)], "B": [(2,)]}, r"has 2 sheets with rows \(A, B\), expected one"),
        ({"A": []}, r"has 0 sheets with rows \(none\), expected one"),
    ],
)
def test_the_sheet_is_not_guessed(
    tmp_path: Path, sheets: dict[str, list[tuple[Any, ...]]], found: str
) -> None:
    path = tmp_path / "orders.xlsx"
    write_workbook(path, sheets)
    with pytest.raises(LogSourceError, match=found):
        text_of(path)


@pytest.mark.parametrize("content", [b"\xd0\xcf\x11\xe0" + bytes(600), b"PK\x03\x04 cut"])
def test_a_damaged_workbook_is_one_sentence(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "orders.xls"
    path.write_bytes(content)
    with pytest.raises(LogSourceError, match=r"orders\.xls"):
        text_of(path)


def test_a_cell_far_from_all_others_is_named(tmp_path: Path) -> None:
    """The reader would make room for all cells between, more than a machine has."""
    path = tmp_path / "orders.xlsx"
    with xlsxwriter.Workbook(path) as workbook:
        sheet = workbook.add_worksheet("Log")
        sheet.write_row(0, 0, HEADER)
        sheet.write(1_048_575, 16_383, "x")
    with pytest.raises(LogSourceError, match=r"last cell is XFD1048576: expected at most"):
        text_of(path)


def test_inspect_describes_a_workbook(tmp_path: Path) -> None:
    path = tmp_path / "orders.xlsx"
    start = datetime.datetime(2023, 1, 13, tzinfo=None)
    rows = [
        (number % 40 + 1, number % 9 + 1, "view", start + datetime.timedelta(hours=number))
        for number in range(200)
    ]
    write_workbook(path, {"Log": [("Orders of May",), HEADER, *rows]})
    proposal = inspect_log(str(path)).proposal
    assert proposal.problems == []
    assert proposal.decisions == []
    assert proposal.settings.get("skip_lines") == 1


def test_workbooks_and_text_are_several_kinds(tmp_path: Path) -> None:
    write_workbook(tmp_path / "a.csv", {"Log": [HEADER, (1, 2, "cart", "2023-01-01")]})
    (tmp_path / "b.csv").write_text(";".join(HEADER) + "\n")
    with pytest.raises(LogSourceError, match=r"several kinds \(.*a\.csv, .*b\.csv\)"):
        with_readable_copies(tmp_path / "copies", {"log": f"{tmp_path}/*.csv"})


@pytest.mark.parametrize(
    ("name", "setting"), [("skip_lines", 1), ("column_widths", [1, 2])]
)
def test_settings_of_lines_are_for_text(tmp_path: Path, name: str, setting: Any) -> None:
    parquet, lines, book = (tmp_path / f"log.{end}" for end in ("parquet", "json", "xlsx"))
    duckdb.sql("select 1 as customer_id").write_parquet(str(parquet))
    lines.write_text('{"customer_id": 1}\n')
    write_workbook(book, {"Log": [HEADER, (1, 2, "cart", "2023-01-01")]})
    kinds = {parquet: "Parquet file", lines: "JSON lines file", book: "workbook"}
    if name == "skip_lines":  # A title above the header of a sheet.
        del kinds[book]
    for file, kind in kinds.items():
        with pytest.raises(LogSourceError, match=rf"{name} is set and {file} is a {kind}"):
            with_readable_copies(tmp_path / "copies", {"log": str(file), name: setting})


def test_a_copy_that_cannot_be_finished_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def is_full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(csv, "writer", is_full)
    (tmp_path / "log.txt").write_text("1 2\n")
    given = {"log": str(tmp_path / "log.txt"), "column_widths": [1, 2]}
    with pytest.raises(LogSourceError, match=r"log\.txt\.csv: No space left"):
        with_readable_copies(tmp_path / "copies", given)
    assert [path for path in (tmp_path / "copies").rglob("*") if path.is_file()] == []


@pytest.mark.slow
def test_a_workbook_and_fixed_columns_are_read_as_the_same_csv(
    folder: BuildFolder, tmp_path: Path
) -> None:
    """A log in a workbook below a title, and opt-outs in fixed columns."""
    write_workbook(
        tmp_path / "orders.xlsx",
        {
            "Log": [
                ("Orders of May",),
                HEADER,
                (1, 2, "cart", datetime.date(2023, 1, 1)),
                (2, 2, "cart", "soon"),
                (3, 2, "cart", datetime.date(2023, 1, 3)),
            ]
        },
    )
    (tmp_path / "opt_outs.txt").write_text(
        "# as of May\nclient  since\n       3 2023-01-01\n\n     100 2023-01-01 letter\n"
    )
    given = {
        "log": str(tmp_path / "orders.xlsx"),
        "delimiter": ";",
        "skip_lines": 1,
        "max_reject_share": 0.5,
        "suppressions": {
            "path": str(tmp_path / "opt_outs.txt"),
            "columns": {"customer_id": "client"},
            "column_widths": [8, 11],
            "comment": "#",
        },
    }
    settings = with_readable_copies(folder.readable_copies, given)
    [copy] = matching(settings["suppressions"]["path"])
    assert copy.read_text() == (
        "# as of May\nclient,since\n3,2023-01-01\n\n100,2023-01-01,letter\n"
    )
    selected = ["stg_log_rows", "stg_rejected_rows", "stg_suppressions"]
    tests = ["assert_every_row_is_accounted_for"]
    run = run_dbt(
        ["build", "--exclude-resource-type", "unit_test", "--select"]
        + [f"+{name}" for name in selected]
        + tests
        + ["--indirect-selection", "cautious"],
        settings,
        folder,
    )
    assert run.problems == []
    with duckdb.connect(folder.warehouse, read_only=True) as warehouse:

        def found(query: str) -> list[Any]:
            return warehouse.execute(query).fetchall()

        assert found(
            "select customer_id, event_at::varchar from staging.stg_log_rows"
            " where outcome = 'accepted' order by all"
        ) == [(1, "2023-01-01 00:00:00"), (3, "2023-01-03 00:00:00")]
        # The line of the sheet.
        assert found("select line_number from staging.stg_rejected_rows") == [(4,)]
        assert found(
            "select customer_id, reason from staging.stg_suppressions order by all"
        ) == [(3, None), (None, "unreadable line")]
