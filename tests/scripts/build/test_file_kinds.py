"""What files are by their content, whatever they are called, and which belong together."""

import bz2
import gzip
import os
import zipfile
from pathlib import Path

import pyarrow
import pytest

from scripts.build.file_kinds import FileKind, check_readable, kind_of, open_unpacked
from scripts.build.log_source import LogSourceError
from scripts.inspection.found_files import find_files

CSV = b"customer_id,product_id,event,event_date\n1,2,cart,2023-01-01\n"


def zstd(content: bytes) -> bytes:
    packed: bytes = pyarrow.Codec("zstd").compress(content, asbytes=True)
    return packed


def zipped(path: Path, **files: bytes) -> bytes:
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in files.items():
            archive.writestr(name.replace("_", "/"), content)
    return path.read_bytes()


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (CSV, FileKind("", "text")),
        (gzip.compress(CSV), FileKind("gzip", "text")),
        (bz2.compress(CSV), FileKind("bzip2", "text")),
        (zstd(CSV), FileKind("zstd", "text")),
        (b"PAR1....PAR1", FileKind("", "Parquet")),
        (b'{"a": 1}\n{"a": 2}\n', FileKind("", "JSON lines")),
        (b'[{"a": 1}, {"a": 2}]', FileKind("", "JSON array")),
        (b'[\n  {"a": 1},\n  {"a": 2}\n]', FileKind("", "JSON array")),
        (b"{id},name\n1,2\n", FileKind("", "text")),
        (b"<TICKER>,<PER>\n1,2\n", FileKind("", "text")),
        (b"<!DOCTYPE html><table>", FileKind("", "HTML or XML")),
        (b"SQLite format 3\x00" + bytes(99), FileKind("", "SQLite")),
    ],
    ids=lambda value: str(value) if isinstance(value, FileKind) else "",
)
def test_a_file_is_known_by_its_content(
    tmp_path: Path, content: bytes, kind: FileKind
) -> None:
    path = tmp_path / "log.csv"
    path.write_bytes(content)
    assert kind_of(path) == kind
    if kind.has_text and content[:1] not in b"{<":
        with open_unpacked(path, kind.compression) as stream:
            assert stream.read() == CSV


def test_a_spreadsheet_and_an_archive_are_told_apart(tmp_path: Path) -> None:
    path = tmp_path / "log.zip"
    zipped(path, xl_workbook=b"<x/>")
    assert kind_of(path) == FileKind("workbook", "text")
    zipped(path, log=CSV)
    assert kind_of(path) == FileKind("zip", "text")
    with open_unpacked(path, "zip") as stream:
        assert stream.read() == CSV
    zipped(path, one=CSV, two=CSV)
    with pytest.raises(LogSourceError, match="archive of several files: unpack it"):
        check_readable(path, kind_of(path))


def test_a_named_pipe_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    os.mkfifo(path)
    with pytest.raises(LogSourceError, match="is no regular file"):
        kind_of(path)


def test_damage_is_one_sentence(tmp_path: Path) -> None:
    path = tmp_path / "log.csv.gz"
    path.write_bytes(gzip.compress(CSV * 99)[:40])
    with pytest.raises(LogSourceError, match=r"log\.csv\.gz is not a complete file"):
        kind_of(path)
    with pytest.raises(LogSourceError, match="No file"):
        find_files(str(tmp_path / "nothing.csv"))


def test_a_folder_becomes_a_pattern(tmp_path: Path) -> None:
    for name in ("2023/a.csv.gz", "2024/b.csv.gz"):
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).write_bytes(gzip.compress(CSV))
    (tmp_path / "_SUCCESS").touch()
    (tmp_path / ".a.csv.gz.crc").touch()
    found = find_files(str(tmp_path))
    assert found.pattern == f"{tmp_path}/**/*.csv.gz"
    assert [file.name for file in found.files] == ["a.csv.gz", "b.csv.gz"]
    assert find_files(str(tmp_path / "2023")).pattern == f"{tmp_path}/2023/*.csv.gz"


def test_a_folder_of_several_kinds_names_them(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(CSV)
    (tmp_path / "b.parquet").write_bytes(b"PAR1....PAR1")
    with pytest.raises(LogSourceError, match="several kinds") as caught:
        find_files(str(tmp_path))
    assert f"'{tmp_path}/*.csv'" in str(caught.value)
    empty = tmp_path / "empty"
    empty.mkdir()
    with pytest.raises(LogSourceError, match="The folder is empty"):
        find_files(str(empty))


def test_a_path_that_looks_like_a_pattern_is_a_path(tmp_path: Path) -> None:
    path = tmp_path / "log[1].csv"
    path.write_bytes(CSV)
    found = find_files(str(path))
    assert found.files == (path,)
    assert "[[]1" in found.pattern
