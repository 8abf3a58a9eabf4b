"""The files of a dbt run say what dbt's own files say."""

import json
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from dbt.artifacts.schemas import base
from dbt.compilation import Linker
from dbt.contracts.graph import nodes
from dbt.contracts.graph.nodes import ParsedNode

from scripts.build.faster_dbt import files

# What is replaced. A name that dbt no longer has fails here.
REPLACED: tuple[tuple[Any, str], ...] = (
    (nodes, "write_file"),
    (base, "write_json"),
    (Linker, "get_graph_summary"),
    (Linker, "write_graph"),
)


@pytest.fixture(autouse=True)
def dbt_stays_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    for owner, name in REPLACED:
        monkeypatch.setattr(owner, name, getattr(owner, name))


def test_compiled_sql_is_written_where_it_has_changed(tmp_path: Path) -> None:
    files.write_files_quickly()
    file = tmp_path / "compiled" / "a.sql"

    def write(text: str) -> int:
        ParsedNode.write_node(SimpleNamespace(), str(tmp_path), str(file), text)  # type: ignore[arg-type]
        assert file.read_text(encoding="utf-8") == text
        return file.stat().st_mtime_ns

    first = write("select 'é'\n")
    assert write("select 'é'\n") == first
    assert write("select 'e'\n") > first


def test_an_artifact_says_the_same(tmp_path: Path) -> None:
    data = {"é": [1, 0.1, None, True], "at": datetime(2023, 4, 3, tzinfo=UTC), "in": {}}
    artifact = SimpleNamespace(to_dict=lambda **_: data)

    def written(name: str) -> str:
        base.Writable.write(artifact, str(tmp_path / name))  # type: ignore[arg-type]
        return (tmp_path / name).read_text(encoding="utf-8")

    as_dbt_does = written("dbt.json")
    files.write_files_quickly()
    assert base.write_json.__module__ == files.__name__
    assert written("ours.json") == as_dbt_does
    assert json.loads(as_dbt_does)["é"] == [1, 0.1, None, True]


def test_the_graph_is_in_the_manifest_alone(tmp_path: Path) -> None:
    files.write_files_quickly()
    linker: Any = Linker()
    linker.write_graph(str(tmp_path / "graph.gpickle"), None)
    assert linker.get_graph_summary(None) == {}
    assert list(tmp_path.iterdir()) == []


def test_a_dbt_with_other_names_works_as_it_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(nodes, "write_file")
    monkeypatch.delattr(base, "write_json")
    monkeypatch.delattr(Linker, "write_graph")
    get_graph_summary = Linker.get_graph_summary
    files.write_files_quickly()
    assert not hasattr(nodes, "write_file")
    assert not hasattr(base, "write_json")
    assert Linker.get_graph_summary is get_graph_summary
