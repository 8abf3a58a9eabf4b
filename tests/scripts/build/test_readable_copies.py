"""Files that the engines cannot read are copied in a form that they can."""

import bz2
import json
import lzma
import os
import zipfile
from pathlib import Path
from typing import Any

import duckdb
import pyarrow
import pytest

from scripts.build.log_source import LogSourceError, matching
from scripts.build.readable_copies import (
    name_originals,
    original_of,
    with_readable_copies,
)
from scripts.build_folder import BuildFolder
from scripts.releases.release_folder import ReleaseFolder
from tests.conftest import read_release, run_audience

HEADER = "customer_id,product_id,event,event_date,product_name\n"
ROWS = HEADER + "1,2,cart,2023-01-01,Café 5 €\n3,4,cart,2023-01-02,Tee\n"
JSON_ROWS: list[dict[str, Any]] = [
    {"user": {"id": "007", "tags": ["a", "b"]}, "ts": "01-02-2023", "items": [{"sku": 1}]},
    {"user": {"id": 8}, "ts": "02-01-2023", "items": []},
    {"user": {"id": 9}, "items": [{"sku": 2, "price": 1.5}, {"sku": 2**63 + 1}]},
]


def copies_of(tmp_path: Path, pattern: str, **settings: Any) -> tuple[dict[str, Any], str]:
    """The settings that read the copies, and the pattern of these."""
    read = with_readable_copies(tmp_path / "copies", {"log": pattern} | settings)
    return read, read["log"]


def text_of(pattern: str) -> str:
    [copy] = matching(pattern)
    return copy.read_text(encoding="utf-8")


def rows_of(pattern: str, columns: str = "*") -> list[tuple[Any, ...]]:
    query = f"select {columns} from read_parquet(?, union_by_name = true)"
    return duckdb.execute(query, [pattern]).fetchall()


@pytest.mark.parametrize(
    ("content", "rows"),
    [
        ('\ufeff[{"user": 7}, {"user": 8}]', [(7,), (8,)]),
        ('\ufeff{"user": 7}\n', [(7,)]),
        ('null\nnull\n{"user": 7}\n', [(7,), (None,), (None,)]),
    ],
)
def test_json_may_begin_with_a_mark_or_without_an_object(
    tmp_path: Path, content: str, rows: list[tuple[Any, ...]]
) -> None:
    path = tmp_path / "log.json"
    path.write_text(content, encoding="utf-8")
    _, pattern = copies_of(tmp_path, str(path))
    assert sorted(rows_of(pattern), key=str) == rows


@pytest.mark.parametrize("name", ["log.csv", "log.csv.gz", "log.parquet"])
def test_what_the_engines_read_is_not_copied(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    if name.endswith("parquet"):
        duckdb.sql("select 1 as customer_id").write_parquet(str(path))
    elif name.endswith("gz"):
        duckdb.sql("select 1 as customer_id").write_csv(str(path), compression="gzip")
    else:
        path.write_text(ROWS)
    read, pattern = copies_of(tmp_path, str(path))
    assert read == {"log": str(path)}
    assert pattern == str(path)
    assert not (tmp_path / "copies").exists()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("log.csv.zst", pyarrow.Codec("zstd").compress(ROWS.encode(), asbytes=True)),
        ("log.csv.bz2", bz2.compress(ROWS.encode())),
        ("log.csv.xz", lzma.compress(ROWS.encode())),
    ],
)
def test_a_packed_file_is_unpacked(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    _, pattern = copies_of(tmp_path, str(tmp_path / name))
    assert text_of(pattern) == ROWS
    copies = tmp_path / "copies"
    assert original_of(copies, matching(pattern)[0]) == tmp_path / name
    assert (
        name_originals(copies, f"{matching(pattern)[0]} is odd")
        == f"{tmp_path / name} is odd"
    )


def test_an_archive_of_one_file_is_unpacked_and_of_several_refused(tmp_path: Path) -> None:
    path = tmp_path / "log.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("log.csv", ROWS)
    assert text_of(copies_of(tmp_path, str(path))[1]) == ROWS
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("other.csv", ROWS)
    with pytest.raises(LogSourceError, match=r"archive of several files: unpack it"):
        copies_of(tmp_path, str(path))


@pytest.mark.parametrize(
    ("encoding", "content"),
    [
        ("windows-1252", ROWS.encode("cp1252")),
        ("latin-1", ROWS.encode("cp1252")),
        ("utf-16", ROWS.encode("utf-16")),
        ("utf-16", b"\xfe\xff" + ROWS.encode("utf-16-be")),
        ("utf-16-be", ROWS.encode("utf-16-be")),
        ("gb18030", ROWS.encode("gb18030")),
    ],
)
def test_text_becomes_utf8(tmp_path: Path, encoding: str, content: bytes) -> None:
    path = tmp_path / "log.txt"
    path.write_bytes(content)
    read, pattern = copies_of(tmp_path, str(path), encoding=encoding, top_n=5)
    assert text_of(pattern) == ROWS
    assert read["encoding"] == "utf-8"
    assert read["top_n"] == 5


def test_a_byte_that_the_encoding_lacks_is_named_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    path.write_bytes(ROWS.encode("cp1252") + b"5,6,cart,2023-01-03,\x81\n")
    with pytest.raises(LogSourceError, match=r"log\.csv, line 4 is not windows.*0x81"):
        copies_of(tmp_path, str(path), encoding="windows-1252")
    path.write_bytes(ROWS.encode("utf-16")[:-1])
    with pytest.raises(LogSourceError, match=r"log\.csv, line 3 is not utf-16"):
        copies_of(tmp_path, str(path), encoding="utf-16")
    assert not list((tmp_path / "copies").rglob("*.csv*"))


@pytest.mark.parametrize("layout", ["lines", "array"])
def test_json_becomes_columns_named_by_paths(tmp_path: Path, layout: str) -> None:
    path = tmp_path / "it's [1].json"
    lines = "\n".join(map(json.dumps, JSON_ROWS))
    path.write_text(lines if layout == "lines" else json.dumps(JSON_ROWS, indent=2))
    _, pattern = copies_of(tmp_path, f"{tmp_path}/*.json")
    # Ids keep their zeros, and times of any format stay as they are written.
    assert rows_of(pattern, '"user.id", ts, "user.tags", items') == [
        ("007", "01-02-2023", '["a","b"]', '[{"sku":1}]'),
        ("8", "02-01-2023", None, "[]"),
        ("9", None, None, '[{"sku":2,"price":1.5},{"sku":9223372036854775809}]'),
    ]


def test_each_element_of_a_list_becomes_a_row(tmp_path: Path) -> None:
    path = tmp_path / "log.json"
    path.write_text("\n".join(map(json.dumps, JSON_ROWS)))
    read, pattern = copies_of(tmp_path, str(path), unnest="items")
    expected = [("007", 1), ("8", None), ("9", 2), ("9", 2**63 + 1)]
    assert rows_of(pattern, '"user.id", "items.sku"') == expected
    assert read["unnest"] is None
    duckdb.sql(
        "select 7 as user, [{'sku': 1, 'price': 1.5}, {'sku': 2, 'price': 2.5}] as items"
        " union all select 8, []"
    ).write_parquet(f"{tmp_path}/log.parquet")
    _, pattern = copies_of(tmp_path, f"{tmp_path}/*.parquet", unnest="items")
    assert rows_of(pattern, 'user, "items.sku"') == [(7, 1), (7, 2), (8, None)]


def test_a_line_that_is_no_json_is_named(tmp_path: Path) -> None:
    path = tmp_path / "log.json"
    path.write_text('{"a": 1}\n{"a": 2}\n{"a": \n{"a": 4}\n')
    with pytest.raises(LogSourceError, match=r"log\.json, line \d is not JSON: .*mend it"):
        copies_of(tmp_path, str(path))
    path.write_text("[1, 2]")
    with pytest.raises(LogSourceError, match=r"log\.json has no JSON objects: expected"):
        copies_of(tmp_path, str(path))


def test_fields_whose_names_differ_only_in_case_have_a_column_each(tmp_path: Path) -> None:
    path = tmp_path / "log.json"
    path.write_text('{"p": {"SKU": 1, "sku": "02"}}\n{"p": {"sku": "03"}}\n')
    _, pattern = copies_of(tmp_path, str(path))
    assert rows_of(pattern, '"p.SKU", "p.sku_2"') == [(1, "02"), (None, "03")]
    path.write_text('{"items": [{"SKU": 1, "sku": 2}]}\n')
    with pytest.raises(LogSourceError, match="Elements of items have two fields named sku"):
        copies_of(tmp_path, str(path), unnest="items")
    _, pattern = copies_of(tmp_path, str(path))
    assert rows_of(pattern) == [('[{"SKU":1,"sku":2}]',)]


def test_kinds_are_not_mixed(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(ROWS)
    (tmp_path / "b.csv").write_text('{"customer_id": 1}\n')
    with pytest.raises(LogSourceError, match=r"of several kinds \(.*a\.csv, .*b\.csv"):
        copies_of(tmp_path, f"{tmp_path}/*.csv")


def test_a_copy_is_renewed_with_its_file_and_goes_with_it(tmp_path: Path) -> None:
    said: list[str] = []
    for name in ("a", "b"):
        (tmp_path / f"{name}.csv").write_bytes(ROWS.encode("utf-16"))
    settings = {"log": f"{tmp_path}/*.csv", "encoding": "utf-16"}
    copies = tmp_path / "copies"
    read = with_readable_copies(copies, settings, said.append)
    before = {copy: copy.stat() for copy in matching(read["log"])}
    assert [copy.name for copy in before] == ["a.csv.csv", "b.csv.csv"]
    assert with_readable_copies(copies, settings, said.append) == read
    assert len(said) == 1, "the second time, nothing is copied"

    (tmp_path / "a.csv").write_bytes((ROWS + "5,6,cart,2023-01-03,\n").encode("utf-16"))
    (tmp_path / "b.csv").unlink()
    with_readable_copies(copies, settings, said.append)
    [copy] = matching(read["log"])
    assert copy.read_text(encoding="utf-8").endswith("5,6,cart,2023-01-03,\n")
    # An incremental build tells by size and time whether a file has changed.
    assert copy.stat().st_mtime_ns == (tmp_path / "a.csv").stat().st_mtime_ns
    os.truncate(copies / "log" / "copies.json", 5)
    with_readable_copies(copies, settings, said.append)
    assert len(said) == 3, "damaged notes: everything is copied again"


def test_side_inputs_are_copied_too(tmp_path: Path) -> None:
    (tmp_path / "log.csv").write_text(ROWS)
    (tmp_path / "opt_out.json").write_text('[{"customer_id": 3}]')
    names = "customer_id;age\n1;5\n".encode("utf-16")
    (tmp_path / "ages.txt").write_bytes(names)
    settings = {
        "log": str(tmp_path / "log.csv"),
        "suppressions": str(tmp_path / "opt_out.json"),
        "customer_attributes": {
            "path": str(tmp_path / "ages.txt"),
            "encoding": "utf-16",
            "delimiter": ";",
        },
    }
    read = with_readable_copies(tmp_path / "copies", settings)
    assert read["log"] == settings["log"]
    assert rows_of(read["suppressions"]["path"]) == [(3,)]
    ages = read["customer_attributes"]
    assert text_of(ages["path"]) == "customer_id;age\n1;5\n"
    assert ages["encoding"] == "utf-8"
    assert ages["delimiter"] == ";"


def test_inputs_of_one_file_have_copies_of_their_own(tmp_path: Path) -> None:
    """The log unnests its list, the table of customers does not; a path has two forms."""
    (tmp_path / "a").mkdir()
    path = tmp_path / "orders.json"
    path.write_text("\n".join(map(json.dumps, JSON_ROWS)))
    settings = {
        "log": f"{tmp_path}/a/../orders.json",
        "unnest": "items",
        "customer_attributes": str(path),
    }
    for _ in range(2):
        read = with_readable_copies(tmp_path / "copies", settings)
        assert len(rows_of(read["log"])) == 4
        assert len(rows_of(read["customer_attributes"]["path"])) == 3


@pytest.mark.parametrize("pattern", ["**", "**/*.json", "*/*/x.json"])
def test_a_pattern_finds_the_copies_of_all_its_files(tmp_path: Path, pattern: str) -> None:
    log = tmp_path / "log"
    for day in ("event_date=2023-01-01", "event_date=2023-01-02"):
        (log / ".hidden" / day).mkdir(parents=True)
        (log / "b" / day).mkdir(parents=True)
        (log / "b" / day / "x.json").write_text('{"customer_id": 1}')
    _, copies = copies_of(tmp_path, f"{log}/{pattern}")
    found = matching(copies)
    assert len(found) == 2
    assert {file.parent.name for file in found} == {
        "event_date=2023-01-01",
        "event_date=2023-01-02",
    }


def test_numbers_that_no_type_holds_stay_as_they_are_written(tmp_path: Path) -> None:
    path = tmp_path / "log.json"
    path.write_text('{"id": 123456789012345678901234}\n{"id": 0.5}\n{"id": -3}\n')
    _, pattern = copies_of(tmp_path, str(path))
    assert rows_of(pattern) == [("123456789012345678901234",), ("0.5",), ("-3",)]


def test_the_beginning_alone_ends_with_a_whole_line(tmp_path: Path) -> None:
    path = tmp_path / "log.csv.bz2"
    path.write_bytes(bz2.compress(ROWS.encode()))
    settings = {"log": str(path)}
    read = with_readable_copies(tmp_path / "copies", settings, most_bytes=len(ROWS) - 3)
    assert text_of(read["log"]) == ROWS[: ROWS.index("3,4")]


@pytest.mark.long
def test_a_build_reads_copies_and_a_refresh_the_new_ones(
    folder: BuildFolder, tmp_path: Path
) -> None:
    """JSON of orders, each with a list of items."""
    log = tmp_path / "log"
    log.mkdir()
    order = '{"who": {"id": %d}, "at": "2023-01-%02d", "items": [{"sku": 1}, {"sku": 2}]}\n'
    (log / "1.jsonl").write_text("".join(order % (n, n) for n in range(1, 4)))
    settings = {
        "columns": {"customer_id": "who.id", "product_id": "items.sku", "event_date": "at"},
        "expressions": {"event": "'purchased'"},
        "unnest": "items",
    }
    words = ("--log", f"{log}/*.jsonl", "--vars", json.dumps(settings))
    built = run_audience(folder, "build", *words)
    assert built.returncode == 0, built.stderr
    assert "Copying" in built.stdout
    (log / "2.jsonl.bz2").write_bytes(bz2.compress(b"ignored: another suffix"))
    (log / "2.jsonl").write_text(order % (9, 9))
    refreshed = run_audience(folder, "refresh")
    assert refreshed.returncode == 0, refreshed.stderr
    assert "1 of 2 files of the log are new." in refreshed.stdout
    with read_release(folder) as release:
        rows = release.execute(
            "select customer_id, unique_products, last_interaction_at::date::text"
            " from customers order by customer_id"
        ).fetchall()
        assert rows == [(n, 2, f"2023-01-0{n}") for n in (1, 2, 3, 9)]
    current = ReleaseFolder(folder.releases).current()
    assert current is not None
    assert current.manifest["settings"] == {"log": f"{log}/*.jsonl"} | settings
