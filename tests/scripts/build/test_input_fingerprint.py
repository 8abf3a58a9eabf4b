"""A build is made again exactly where something that it reads has changed."""

import os
from pathlib import Path

import pytest

from scripts.build import project_fingerprint
from scripts.build.input_fingerprint import fingerprint_of_inputs
from scripts.build_folder import BuildFolder


@pytest.fixture
def settings(tmp_path: Path) -> dict[str, object]:
    for name in ("log/1.csv", "contacts.csv"):
        file = tmp_path / name
        file.parent.mkdir(exist_ok=True)
        file.write_text("customer_id\n1\n")
    return {
        "log": f"{tmp_path}/log/*.csv",
        "contacts": {"path": str(tmp_path / "contacts.csv")},
    }


def change(file: Path) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(b"other")


@pytest.mark.parametrize(
    "changed",
    [
        "log/2.csv",
        "log/1.csv",
        "contacts.csv",
        "build/exports/spring-1/ledger.parquet",
        "build/suppressions/1.parquet",
    ],
)
def test_every_input_counts(
    tmp_path: Path, settings: dict[str, object], changed: str
) -> None:
    folder = BuildFolder(tmp_path / "build")
    before = fingerprint_of_inputs(folder, settings)
    assert fingerprint_of_inputs(folder, settings) == before
    change(tmp_path / changed)
    assert fingerprint_of_inputs(folder, settings) != before


def test_a_file_that_was_only_touched_counts(
    tmp_path: Path, settings: dict[str, object]
) -> None:
    folder = BuildFolder(tmp_path / "build")
    before = fingerprint_of_inputs(folder, settings)
    os.utime(tmp_path / "log/1.csv", (1, 1))
    assert fingerprint_of_inputs(folder, settings) != before


def test_other_settings_count_and_other_files_do_not(
    tmp_path: Path, settings: dict[str, object]
) -> None:
    folder = BuildFolder(tmp_path / "build")
    before = fingerprint_of_inputs(folder, settings)
    change(tmp_path / "log/notes.txt")
    change(folder.root / "target/manifest.json")
    assert fingerprint_of_inputs(folder, settings) == before
    assert fingerprint_of_inputs(folder, settings | {"top_n": 3}) != before


def test_a_module_that_was_compiled_does_not_count(
    tmp_path: Path, settings: dict[str, object], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, project = BuildFolder(tmp_path / "build"), tmp_path / "project"
    monkeypatch.setattr(project_fingerprint, "PROJECT", project)
    change(project / "scripts/build/pipeline.py")
    before = fingerprint_of_inputs(folder, settings)
    change(project / "scripts/build/__pycache__/pipeline.cpython-311.pyc")
    assert fingerprint_of_inputs(folder, settings) == before
    change(project / "scripts/build/refresh.py")
    assert fingerprint_of_inputs(folder, settings) != before


def test_what_only_a_cluster_finds_cannot_be_told(tmp_path: Path) -> None:
    assert (
        fingerprint_of_inputs(BuildFolder(tmp_path), {"log": "s3://bucket/*.csv"}) is None
    )
