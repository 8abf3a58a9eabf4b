"""Folders that get a list: the file first, its receipt last."""

import csv
import hashlib
import io
import json
import stat
from pathlib import Path
from typing import Any

import duckdb
import fsspec
import pytest

from scripts.build_folder import BuildFolder
from scripts.delivery.deliver import deliver
from scripts.delivery.delivery_error import DeliveryError
from tests.scripts.delivery.conftest import HOSTILE, describe, write_list


@pytest.mark.parametrize("formulas", ["keep", "quote"])
def test_a_folder_gets_the_list_and_a_receipt(
    folder: BuildFolder, tmp_path: Path, formulas: str
) -> None:
    export_id = write_list(folder, HOSTILE, formulas="quote")
    settings = {"path": "out/lists", "formulas": formulas}
    delivery = deliver(
        folder, export_id, "bucket", describe(tmp_path, bucket={"folder": settings})
    )
    assert (delivery.place, delivery.contacts) == ("out/lists", len(HOSTILE))
    written = tmp_path / "out" / "lists" / export_id
    assert sorted(file.name for file in written.iterdir()) == [
        "contacts.csv",
        "receipt.json",
    ]
    content = (written / "contacts.csv").read_bytes()
    receipt = json.loads((written / "receipt.json").read_text())
    assert receipt["sha256"] == hashlib.sha256(content).hexdigest()
    assert (receipt["bytes"], receipt["contacts"]) == (len(content), len(HOSTILE))
    assert receipt["left_out"] == {}
    for file in written.iterdir():
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    rows = list(csv.DictReader(io.StringIO(content.decode(), newline="")))
    mark = "'" if formulas == "quote" else ""
    assert [row["customer_id"] for row in rows] == [
        f"{mark}{one}" if one[0] in "=+-@\t\r" else one for one in HOSTILE
    ]
    assert receipt["columns"] == list(rows[0])


def test_object_storage_gets_the_file_before_the_receipt(
    folder: BuildFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also over what an earlier attempt has left."""
    store = fsspec.filesystem("memory")
    opened: list[str] = []
    original = type(store)._open

    def open_file(self: Any, path: str, mode: str = "rb", **more: Any) -> Any:
        if mode == "wb":
            opened.append(f"{Path(path).name} {store.exists(f'{lists}/receipt.json')}")
        return original(self, path, mode, **more)

    export_id = write_list(folder, list(range(1, 12_001)))
    lists = f"/bucket/{export_id}"
    store.pipe({f"{lists}/receipt.json": b"{}", f"{lists}/contacts.parquet": b"old"})
    monkeypatch.setattr(type(store), "_open", open_file)
    settings = {"path": "memory://bucket", "format": "parquet"}
    deliver(folder, export_id, "bucket", describe(tmp_path, bucket={"folder": settings}))
    assert opened == [
        ".contacts.parquet.unfinished False",
        ".receipt.json.unfinished False",
    ]
    assert sorted(Path(name).name for name in store.ls(lists, detail=False)) == [
        "contacts.parquet",
        "receipt.json",
    ]
    content = store.cat(f"{lists}/contacts.parquet")
    receipt = json.loads(store.cat(f"{lists}/receipt.json"))
    assert receipt["sha256"] == hashlib.sha256(content).hexdigest()
    copy = tmp_path / "copy.parquet"
    copy.write_bytes(content)
    with duckdb.connect() as connection:
        found = connection.execute(
            f"select count(*), count(distinct customer_id), min(place), max(place),"
            f" any_value(typeof(customer_id)) from '{copy}'"
        ).fetchone()
    assert found == (12_000, 12_000, 1, 12_000, "VARCHAR")
    store.rm("/bucket", recursive=True)


def test_a_store_without_renames_shows_no_part_of_a_file(
    folder: BuildFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As S3: a file is there when it is closed."""
    store = fsspec.filesystem("memory")
    monkeypatch.setattr("scripts.delivery.folder_receiver.OBJECT_STORES", {"memory", "s3"})
    export_id = write_list(folder, [1, 2, 3])
    file = describe(tmp_path, bucket={"folder": {"path": "memory://stores"}})
    monkeypatch.setattr(
        "scripts.delivery.batch.Batch.chunks", lambda _: iter([[{"arm": 1}]]), raising=True
    )
    with pytest.raises(DeliveryError, match="memory://stores cannot be written: "):
        deliver(folder, export_id, "bucket", file)
    assert not store.exists(f"/stores/{export_id}/receipt.json")
    monkeypatch.undo()
    deliver(folder, export_id, "bucket", file)
    names = [Path(name).name for name in store.ls(f"/stores/{export_id}", detail=False)]
    assert sorted(names) == ["contacts.csv", "receipt.json"]
    store.rm("/stores", recursive=True)


def test_a_folder_that_cannot_be_written_is_named(
    folder: BuildFolder, tmp_path: Path
) -> None:
    export_id = write_list(folder, [1])
    (tmp_path / "file").write_text("")
    for path, said in (
        ("file/below", "file/below cannot be written: "),
        ("nosuch://bucket", "nosuch://bucket cannot be written: Protocol not known"),
        ("ftp://me:s3cret@host/x", "A URL of host has a user or a password in it"),
    ):
        file = describe(tmp_path, bucket={"folder": {"path": path}})
        with pytest.raises(DeliveryError, match=said) as error:
            deliver(folder, export_id, "bucket", file)
        assert "s3cret" not in str(error.value)
