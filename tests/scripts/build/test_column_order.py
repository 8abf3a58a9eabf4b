"""Files of one log whose columns are in another order: found by their names."""

import csv
import gzip
from pathlib import Path

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scripts.build.readable_copies import with_readable_copies

NAMES = ["customer_id", "product_id", "event", "event_date"]
OTHER = ["product_id", "event_date", "customer_id", "event"]
VALUES = st.text(st.characters(codec="utf-8", exclude_characters="\x00\r"), max_size=8)


def write(file: Path, names: list[str], rows: list[dict[str, str]], escape: str) -> None:
    with file.open("w", newline="", encoding="utf-8") as stream:
        stream.write(",".join(names) + "\n")
        is_doubled = escape == '"'
        writer = csv.writer(
            stream,
            lineterminator="\n",
            quoting=csv.QUOTE_ALL,
            doublequote=is_doubled,
            escapechar=None if is_doubled else escape,
        )
        writer.writerows([row[name] for name in names] for row in rows)


def read(log: str, escape: str = '"') -> list[tuple[str, ...]]:
    return duckdb.execute(
        f"select {', '.join(NAMES)} from read_csv(?, header = true, delim = ',',"
        " quote = '\"', escape = ?, all_varchar = true, auto_detect = false,"
        f" columns = {dict.fromkeys(NAMES, 'VARCHAR')}, nullstr = e'\\x01')",
        [log, escape],
    ).fetchall()


@given(
    rows=st.lists(st.tuples(VALUES, VALUES, VALUES, VALUES), min_size=1, max_size=5),
    escape=st.sampled_from(['"', "\\"]),
)
def test_rows_keep_their_values(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, ...]], escape: str
) -> None:
    folder = tmp_path_factory.mktemp("logs")
    named = [dict(zip(NAMES, row, strict=True)) for row in rows]
    write(folder / "a.csv", NAMES, named, escape)
    write(folder / "b.csv", OTHER, named, escape)
    found = with_readable_copies(
        folder / "copies", {"log": str(folder / "*.csv"), "escape": escape}
    )
    assert read(found["log"], escape) == [*rows, *rows]


@pytest.mark.parametrize("ending", ["csv", "csv.gz"])
def test_the_copy_has_the_order_of_the_first_file(tmp_path: Path, ending: str) -> None:
    first, second = tmp_path / "a.csv", tmp_path / f"b.{ending}"
    first.write_text("customer_id,product_id,event,event_date\n1,2,cart,2024-01-01\n")
    text = b"product_id,event_date,customer_id,event\n5,2024-01-02,4,view\n"
    second.write_bytes(gzip.compress(text) if ending == "csv.gz" else text)
    said: list[str] = []
    found = with_readable_copies(
        tmp_path / "copies", {"log": str(tmp_path / "*.csv*")}, said.append
    )
    assert read(found["log"]) == [
        ("1", "2", "cart", "2024-01-01"),
        ("4", "5", "view", "2024-01-02"),
    ]
    assert said == [
        f"Copying {tmp_path / 'a.csv'} and 1 more file into a form that can be read ..."
    ]


def test_a_row_of_another_width_is_left_for_the_build_to_name(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("a,b,c\n1,2,3\n")
    (tmp_path / "b.csv").write_text("\ufeffb,c,a\n1,2,3\n1,2\n\n1,2,3,4\n")
    with_readable_copies(tmp_path / "copies", {"log": str(tmp_path / "*.csv")})
    [copy] = (tmp_path / "copies").rglob("b.csv.csv")
    assert copy.read_text() == "a,b,c\n3,1,2\n1,2\n\n1,2,3,4\n"


@pytest.mark.parametrize(
    ("second", "settings"),
    [
        ("customer_id,product_id,event,event_date\n", {}),
        ("customer_id,product_id,event,day\n", {}),
        ("customer_id,product_id,product_id,event\n", {}),
        ("product_id,customer_id,event,event_date\n", {"has_header": False}),
        ("product_id,customer_id,event,event_date\n", {"comment": "#"}),
    ],
)
def test_files_without_another_order_are_read_in_place(
    tmp_path: Path, second: str, settings: dict[str, object]
) -> None:
    (tmp_path / "a.csv").write_text("customer_id,product_id,event,event_date\n")
    (tmp_path / "b.csv").write_text(second)
    given = {"log": str(tmp_path / "*.csv"), **settings}
    assert with_readable_copies(tmp_path / "copies", given) == given
