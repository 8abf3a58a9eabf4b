"""Rules of the dbt project itself, and its unit tests."""

import json
import re
from typing import Any

import pytest
import yaml

from scripts.build.dbt_run import run_dbt
from scripts.build.log_source import declared_inputs
from scripts.build_folder import PROJECT, BuildFolder
from scripts.releases.publish import publish
from tests.conftest import FinishedBuild, run_audience


@pytest.fixture(scope="module")
def manifest(dirty_build: FinishedBuild) -> dict[str, Any]:
    text = (dirty_build.folder.dbt_target / "manifest.json").read_text()
    loaded: dict[str, Any] = json.loads(text)
    return loaded


def models(manifest: dict[str, Any]) -> list[dict[str, Any]]:
    return [n for n in manifest["nodes"].values() if n["resource_type"] == "model"]


@pytest.mark.slow
def test_unit_tests_pass(built: BuildFolder, dirty_build: FinishedBuild) -> None:
    """They bring their own rows; the tables only have to be there."""
    command = ["test", "--select", "test_type:unit"]
    run = run_dbt(command, {"log": str(dirty_build.log)}, built)
    assert run.problems == []
    assert sum(node.kind == "unit_test" for node in run.nodes) >= 25


def test_dbt_by_hand_can_begin_with_the_unit_tests(manifest: dict[str, Any]) -> None:
    """Before there is a warehouse: a table that a unit test adds to is written as SQL."""
    given = [one for test in manifest["unit_tests"].values() for one in test["given"]]
    assert {one["format"] for one in given if one["input"] == "this"} == {"sql"}


@pytest.mark.slow
def test_docs_describe_the_last_build_and_leave_it_fit_to_publish(
    built: BuildFolder,
) -> None:
    outcome = run_audience(built, "docs")
    assert outcome.returncode == 0, outcome.stderr
    page = (built.docs / "static_index.html").read_text()
    assert "which customers to contact about a new product with attributes" in page
    assert publish(built).release_id.startswith("000001-")


def test_there_are_no_docs_before_the_first_build(folder: BuildFolder) -> None:
    outcome = run_audience(folder, "docs")
    assert outcome.returncode == 1
    assert "to describe: run `audience build` first" in outcome.stderr


def test_marts_are_public_contracted_tables(manifest: dict[str, Any]) -> None:
    for model in models(manifest):
        room = model["path"].split("/")[0]
        is_mart, is_released = room == "marts", room in ("marts", "lookup")
        assert (model["config"]["access"] == "public") == is_mart, model["name"]
        assert model["config"]["contract"]["enforced"] == is_released, model["name"]
        assert not is_released or model["config"]["materialized"] == "table", model["name"]
        assert not is_released or "key" in model["config"]["meta"], model["name"]


def test_evidence_says_until_when_it_was_measured(manifest: dict[str, Any]) -> None:
    """All of it is tagged, so that daily builds leave it as a whole."""
    folders = ("intermediate/evaluation/", "marts/evaluation/")
    tagged = set()
    for model in models(manifest):
        is_evidence = "evidence" in model["tags"]
        assert is_evidence or not model["path"].startswith(folders), model["name"]
        if is_evidence and model["config"]["access"] == "public":
            tagged.add(model["name"])
            assert model["columns"]["measured_until"]["data_type"] == "timestamp"
    assert len(tagged) == 11
    test = "test.product_audience.assert_evidence_was_measured_at_once"
    tested = manifest["nodes"][test]["depends_on"]["nodes"]
    assert tagged <= {name.split(".")[-1] for name in tested}


def test_every_model_and_column_is_described_grain_first(manifest: dict[str, Any]) -> None:
    for model in models(manifest):
        assert model["description"].startswith("One row"), model["name"]
        undescribed = [c for c in model["columns"].values() if not c["description"]]
        assert not undescribed, model["name"]


def test_every_model_is_tested(manifest: dict[str, Any]) -> None:
    """What is no table by itself has a unit test instead."""
    tested = {
        parent
        for node in manifest["nodes"].values()
        if node["resource_type"] == "test"
        for parent in node["depends_on"]["nodes"]
    }
    unit_tested = {
        f"model.product_audience.{test['model']}"
        for test in manifest["unit_tests"].values()
    }
    for model in models(manifest):
        is_ephemeral = model["config"]["materialized"] == "ephemeral"
        known = unit_tested if is_ephemeral else tested
        assert model["unique_id"] in known, model["name"]


def test_no_table_has_an_index(manifest: dict[str, Any]) -> None:
    """macros/engines/incremental.sql tells dbt that there is none to drop."""
    assert [
        model["name"] for model in models(manifest) if model["config"].get("indexes")
    ] == []


def test_rooms_know_only_the_rooms_below(manifest: dict[str, Any]) -> None:
    below = {
        "staging": {"staging"},
        "intermediate": {"staging", "intermediate"},
        "marts": {"staging", "intermediate", "marts"},
        "lookup": {"staging", "intermediate", "marts", "lookup"},
    }
    by_id = {model["unique_id"]: model for model in models(manifest)}
    for model in models(manifest):
        room = model["path"].split("/")[0]
        for parent in model["depends_on"]["nodes"]:
            if parent in by_id:
                assert by_id[parent]["path"].split("/")[0] in below[room], model["name"]
            elif parent.startswith("source."):
                assert room == "staging", model["name"]


def test_lineage_begins_at_sources(manifest: dict[str, Any]) -> None:
    """Each input is a source with a staging model, and one setting says where it lies."""
    declared = yaml.safe_load((PROJECT / "dbt_project.yml").read_text())["vars"]
    parents = {m["name"]: m["depends_on"]["nodes"] for m in models(manifest)}
    names = {source["name"] for source in manifest["sources"].values()}
    assert names == declared_inputs().keys()
    assert names <= declared.keys()
    for name in names:
        source = f"source.product_audience.raw.{name}"
        staging = "stg_raw_log" if name == "log" else f"stg_{name}"
        assert parents[staging].count(source) == 1, name
    united = {f"model.product_audience.stg_{name}" for name in names - {"log"}}
    assert set(parents["stg_side_input_rows"]) == united


def test_the_exposure_of_the_api_lists_what_it_reads(manifest: dict[str, Any]) -> None:
    (exposure,) = (e for e in manifest["exposures"].values() if e["name"] == "look_up_api")
    nodes = [manifest["nodes"][node] for node in exposure["depends_on"]["nodes"]]
    listed = {(node["schema"].replace("marts", "main"), node["alias"]) for node in nodes}
    pattern = re.compile(r"\b(?:from|join)\s+(main|lookup)\.(\w+)")
    queries = (PROJECT / "api" / "queries").glob("*.sql")
    read = {found for query in queries for found in pattern.findall(query.read_text())}
    assert read == listed


def test_the_api_reads_every_lookup_table(manifest: dict[str, Any]) -> None:
    (exposure,) = (e for e in manifest["exposures"].values() if e["name"] == "look_up_api")
    lookups = {m["unique_id"] for m in models(manifest) if m["path"].startswith("lookup/")}
    assert lookups
    assert lookups <= set(exposure["depends_on"]["nodes"])


def test_every_public_mart_has_a_reader_or_says_why_not(manifest: dict[str, Any]) -> None:
    read = {
        node
        for exposure in manifest["exposures"].values()
        for node in exposure["depends_on"]["nodes"]
    }
    for model in models(manifest):
        if model["path"].startswith("lookup/"):
            read |= set(model["depends_on"]["nodes"])
    for model in models(manifest):
        if model["config"]["access"] == "public":
            excuse = model["config"]["meta"].get("unread_because", "")
            assert (model["unique_id"] in read) != bool(excuse.strip()), model["name"]


def test_the_exposure_of_metrics_lists_what_they_read(manifest: dict[str, Any]) -> None:
    (exposure,) = (
        e for e in manifest["exposures"].values() if e["name"] == "semantic_layer"
    )
    read = {
        node
        for semantic_model in manifest["semantic_models"].values()
        for node in semantic_model["depends_on"]["nodes"]
    }
    read |= {m["unique_id"] for m in models(manifest) if m.get("time_spine")}
    semantics = PROJECT.glob("models/semantic/*.yml")
    named = {
        f"model.product_audience.{name}"
        for path in semantics
        for name in re.findall(r"\bfrom marts\.(\w+)", path.read_text())
    }
    assert named
    assert read | named == set(exposure["depends_on"]["nodes"])


def test_column_names_follow_the_rules(manifest: dict[str, Any]) -> None:
    for model in models(manifest):
        for name, column in model["columns"].items():
            kind = column.get("data_type")
            assert re.fullmatch(r"[a-z][a-z0-9_]*", name)
            if kind is None:
                continue
            assert not name.endswith("_at") or kind == "timestamp", name
            assert not name.endswith(("_count", "_rank")) or kind == "bigint", name
            assert not name.endswith("_share") or kind == "double", name


def test_no_yaml_file_is_too_long_to_read() -> None:
    for path in PROJECT.glob("models/**/*.yml"):
        assert len(path.read_text().splitlines()) <= 330, path
