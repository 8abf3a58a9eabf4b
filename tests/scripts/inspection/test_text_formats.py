"""Encoding, delimiter, quotes and header of CSV files."""

from pathlib import Path

import pytest

from scripts.build.text_encodings import encoding_of, why_not_utf8
from scripts.inspection.dialects import Dialect, dialect_of, rows_of
from scripts.inspection.inspect_log import inspect_log
from scripts.inspection.text_samples import FIRST_PART, parts_of

HEADER = "customer_id,product_id,event,event_date\n"
ROWS = "".join(f"{n},{n % 7},cart,2024-01-0{1 + n % 9}\n" for n in range(50))


def written(tmp_path: Path, content: bytes) -> Path:
    path = tmp_path / "log.csv"
    path.write_bytes(content)
    return path


@pytest.mark.parametrize(
    ("content", "codec", "setting", "line"),
    [
        (ROWS.encode(), "utf-8", "utf-8", 0),
        ("a,é\n".encode(), "utf-8", "utf-8", 0),
        ("a,é\n".encode("utf-8-sig"), "utf-8", "utf-8", 0),
        (ROWS.encode("utf-16"), "utf-16-le", "utf-16", 0),
        (ROWS.encode("utf-16-le"), "utf-16-le", "utf-16", 0),
        (b"\xfe\xff" + ROWS.encode("utf-16-be"), "utf-16-be", "utf-16-be", 0),
        (ROWS.encode() + "caf\u00e9\n".encode("latin-1"), "cp1252", "windows-1252", 51),
    ],
)
def test_the_encoding_is_found(
    tmp_path: Path, content: bytes, codec: str, setting: str | None, line: int
) -> None:
    found = encoding_of(written(tmp_path, content), "")
    assert (found.codec, found.setting, found.line) == (codec, setting, line)


def test_a_line_that_is_not_utf8_is_shown_wherever_it_stands(tmp_path: Path) -> None:
    """Beyond the first block, and with a character across two blocks before it."""
    many = ("é" * 99 + "\n") * 50_000
    content = b"x" + many.encode() + "5 \u20ac\n".encode("cp1252")
    found = encoding_of(written(tmp_path, content), "")
    assert (found.line, found.text) == (50_001, "5 \u20ac")
    said = why_not_utf8([written(tmp_path, content)])
    assert (
        "line 50001 on: set encoding: windows-1252, which reads that line as '5 €'" in said
    )
    assert "line 50001" in found.name


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (HEADER + ROWS, {"delimiter": ",", "has_header": True, "lines_above": 0}),
        ((HEADER + ROWS).replace(",", ";"), {"delimiter": ";", "has_header": True}),
        ((HEADER + ROWS).replace(",", "\t"), {"delimiter": "\t"}),
        (ROWS.replace(",", "::"), {"delimiter": "::", "has_header": False}),
        # A comma in amounts divides more lines than a semicolon would lose.
        ("a;price;c\n" + "1;2,50;3\n" * 9, {"delimiter": ";", "width": 3}),
        (ROWS, {"has_header": False, "header": ()}),
        ("kunde,artikel\nx,y\nz,w\n", {"has_header": True}),
        ("aa,bb\nx,y\nz,w\n", {"has_header": None}),
        (f"sep=;\n{(HEADER + ROWS).replace(',', ';')}", {"lines_above": 1}),
        (f"# a\n# b\n\n{HEADER}{ROWS}", {"lines_above": 3, "comment": "#"}),
        (f"Report of May\n{HEADER}{ROWS}", {"lines_above": 1, "comment": ""}),
        (HEADER.replace("date", "date,") + ROWS, {"has_header": True, "width": 4}),
        ('a,b\n1,"x, ""y"""\n2,"z"\n', {"escape": '"', "is_quoted": True}),
        ('a,b\n1,"x, \\"y\\" z"\n2,"z"\n', {"escape": "\\", "width": 2}),
        ("id,b\n" + "'1','x'\n" * 9, {"quote": "'"}),
        ("only\nwords\n", {"delimiter": ""}),
    ],
)
def test_the_dialect_is_found(text: str, expected: dict[str, object]) -> None:
    dialect = dialect_of(text)
    assert {name: getattr(dialect, name) for name in expected} == expected


def test_rows_are_divided_by_several_characters() -> None:
    assert list(rows_of("1::2\n", Dialect("::"))) == [["1", "2"]]


def test_the_parts_of_a_large_file_are_whole_lines(tmp_path: Path) -> None:
    lines = [f"{n},{'x' * 90}" for n in range(150_000)]
    path = written(tmp_path, "\n".join(lines).encode())
    first, *others = parts_of(path, "", "utf-8", is_first=True)
    assert first.startswith("0,")
    assert len(first) > FIRST_PART - 200
    assert len(others) == 3
    assert others[-1].splitlines()[-1] == lines[-1]
    known = set(lines)
    assert all(line in known for part in others for line in part.splitlines())


@pytest.mark.parametrize(
    ("above", "lines"),
    [
        ("Sales;;;\n", 1),
        ("Sales 2025;;;\nof May;;;\n;;;\n", 3),
        ("Customer;;Product;\n", 1),
        ("", 0),
    ],
)
def test_titles_filled_up_with_empty_fields_stand_above_the_header(
    above: str, lines: int
) -> None:
    rows = "".join(f"K{n};Anna;P{n % 7};{n}\n" for n in range(50))
    dialect = dialect_of(above + "No;Name;Code;Pieces\n" + rows)
    assert dialect.header == ("No", "Name", "Code", "Pieces")
    assert dialect.lines_above == lines


def test_a_header_with_an_unnamed_column_stays_the_header() -> None:
    rows = "".join(f"{n};Anna;P{n % 7};{n}\n" for n in range(50))
    dialect = dialect_of(";Name;Code;Pieces\n" + rows)
    assert (dialect.header[1], dialect.lines_above) == ("Name", 0)


def test_columns_of_the_same_name_keep_their_own_values(tmp_path: Path) -> None:
    log = tmp_path / "log.csv"
    rows = [f"{900 + n},K{n % 5},P{n % 9},2023-01-1{n % 10}" for n in range(40)]
    log.write_text("\n".join(["No,No,Product,Date", *rows, ""]))
    first, second, *_ = inspect_log(str(log)).columns
    assert (first.distinct, second.name, second.distinct) == (40, "No_2", 5)
