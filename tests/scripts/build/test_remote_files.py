"""Files of object storage are copied to this machine; here those of fsspec's own memory."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import fsspec
import pytest

from scripts.build.log_source import LogSourceError, matching
from scripts.build.readable_copies import with_readable_copies
from scripts.build.remote_files import download, versions
from scripts.inspection.inspect_log import inspect_log
from scripts.inspection.inspection_report import print_inspection
from scripts.inspection.log_check import check_settings

ROWS = b"customer_id,product_id,event,event_date\n1,2,cart,2023-01-01\n"


@pytest.fixture
def bucket() -> Iterator[Any]:
    system = fsspec.filesystem("memory")
    system.store.clear()
    system.pipe_file("/shop/2023/a.csv", ROWS)
    system.pipe_file("/shop/2023/b.csv", ROWS)
    yield system
    system.store.clear()


def contents(pattern: str) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in matching(pattern)}


def test_files_are_copied_once_and_go_with_theirs(bucket: Any, tmp_path: Path) -> None:
    said: list[str] = []
    folder = tmp_path / "copies [1]"
    pattern = download(folder, "memory://shop/*/*.csv", said.append)
    assert contents(pattern) == {"a.csv": ROWS, "b.csv": ROWS}
    assert said == ["Copying 2 of 2 files of memory://shop/*/*.csv ..."]
    known = set(matching(pattern))
    # This file system tells no version: without the note, all would be copied again.
    bucket.pipe_file("/shop/2023/a.csv", ROWS + b"3,4,cart,2023-01-02\n")
    bucket.rm_file("/shop/2023/b.csv")
    assert download(folder, "memory://shop/*/*.csv") == pattern
    assert contents(pattern) == {"a.csv": ROWS + b"3,4,cart,2023-01-02\n"}
    assert set(matching(pattern)) < known


def test_folders_within_a_pattern_are_no_files(bucket: Any, tmp_path: Path) -> None:
    bucket.pipe_file("/shop/c.csv", ROWS)
    for pattern, names in (
        ("memory://shop/**", {"a.csv", "b.csv", "c.csv"}),
        ("memory://shop/*", {"c.csv"}),
    ):
        copies = download(tmp_path, pattern)
        assert {file.name for file in matching(copies) if file.is_file()} == names


def test_a_file_of_the_same_version_is_not_copied_again(
    bucket: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    info = bucket.info
    monkeypatch.setattr(
        type(bucket), "info", lambda _, path, **__: info(path) | {"ETag": "1"}
    )
    pattern = download(tmp_path, "memory://shop/2023/a.csv")
    assert versions("memory://shop/2023/a.csv") == {"/shop/2023/a.csv": [len(ROWS), "1"]}
    bucket.pipe_file("/shop/2023/a.csv", b"x" * len(ROWS))
    assert download(tmp_path, "memory://shop/2023/a.csv") == pattern
    assert contents(pattern) == {"a.csv": ROWS}


def test_they_are_read_as_files_of_this_machine(bucket: Any, tmp_path: Path) -> None:
    bucket.pipe_file("/shop/log.txt", ROWS.decode().encode("utf-16"))
    settings = {"log": "memory://shop/log.txt", "encoding": "utf-16"}
    read = with_readable_copies(tmp_path, settings)
    assert contents(read["log"]) == {"log.txt.csv": ROWS}
    said = check_settings(settings)
    assert said == "memory://shop/log.txt: 1 file; of the first 1 rows 1 would be accepted."


def test_an_inspection_shows_the_address_and_not_the_copy(
    bucket: Any,  # noqa: ARG001
    capsys: pytest.CaptureFixture[str],
) -> None:
    print_inspection(inspect_log("memory://shop/2023/*.csv"))
    said = capsys.readouterr().out
    assert "file         memory://shop/2023/*.csv (the first of 2 files)" in said


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("memory://shop/none.csv", "No file at memory://shop/none.csv"),
        ("memory://shop/*.parquet", "finds no file"),
        ("nosuch://shop/a.csv?sig=secret", "nosuch://shop/a.csv cannot be read"),
        ("https://user:secret@shop/a.csv", "A URL of shop has a user or a password"),
        ("zip://*.csv::https://user:secret@shop/a.zip", "A URL of shop has a user or"),
        ("memory://shop/2023", "is a folder: expected a pattern such as memory://shop/"),
    ],
)
def test_what_cannot_be_read_is_one_sentence(
    bucket: Any,  # noqa: ARG001
    tmp_path: Path,
    url: str,
    message: str,
) -> None:
    with pytest.raises(LogSourceError) as caught:
        download(tmp_path, url)
    assert message in str(caught.value)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (
            PermissionError("Forbidden"),
            "Forbidden. Check the credentials, and what they may read",
        ),
        (
            ValueError("Unable to locate credentials"),
            "Unable to locate credentials. Check the credentials, and what they may read",
        ),
        (OSError("Could not connect"), "cannot be read: Could not connect"),
    ],
)
def test_a_refused_access_names_the_credentials(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception, message: str
) -> None:
    def refuse(_: str) -> None:
        raise error

    monkeypatch.setattr(fsspec, "url_to_fs", refuse)
    with pytest.raises(LogSourceError, match=f"{message}$"):
        download(tmp_path, "s3://shop/log.csv")


def test_a_package_that_is_missing_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(_: str) -> None:
        raise ImportError("Install s3fs to access S3")

    monkeypatch.setattr(fsspec, "url_to_fs", missing)
    with pytest.raises(LogSourceError, match="Install s3fs to access S3"):
        download(tmp_path, "s3://shop/log.csv")
