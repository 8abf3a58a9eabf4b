"""The data dictionary describes every public table."""

import json
import re
from typing import Any

import pytest

from scripts.build.data_dictionary import dictionary
from scripts.build_folder import BuildFolder
from scripts.releases.released_tables import public_marts
from tests.conftest import FinishedBuild, run_audience


@pytest.fixture(scope="module")
def manifest(dirty_build: FinishedBuild) -> dict[str, Any]:
    text = (dirty_build.folder.dbt_target / "manifest.json").read_text()
    loaded: dict[str, Any] = json.loads(text)
    return loaded


@pytest.fixture(scope="module")
def tables(manifest: dict[str, Any]) -> dict[str, str]:
    """The section of the dictionary for each table."""
    text = dictionary(manifest).split("\n## Metrics")[0]
    parts = re.split(r"^### (\w+)$", text, flags=re.MULTILINE)[1:]
    return dict(zip(parts[::2], parts[1::2], strict=True))


def test_the_dictionary_has_every_public_table_and_column(
    manifest: dict[str, Any], tables: dict[str, str]
) -> None:
    marts = public_marts(manifest)
    assert set(tables) == {mart.name for mart in marts}
    for mart in marts:
        named = re.findall(r"^\| `(\w+)` \| (\w+) \| ", tables[mart.name], re.MULTILINE)
        assert named == list(mart.types.items()), mart.name


def test_a_table_is_described_by_grain_key_metrics_and_readers(
    tables: dict[str, str],
) -> None:
    campaigns = tables["campaign_summaries"]
    assert (
        "**One row per active campaign.** Its settings, the customers it may contact"
        in campaigns
    )
    assert "- Key: `campaign_id`" in campaigns
    # A ratio stands on the tables of both of its parts.
    assert "`cost_per_customer_reached`" in campaigns
    assert "`cost_per_customer_reached`" in tables["campaign_customers"]
    assert "Contact lists of campaigns" in campaigns
    assert "- Key: none, it has one row" in tables["dataset_profile"]
    assert "- Metrics:" not in tables["dataset_profile"]


def test_every_metric_and_saved_query_is_described(manifest: dict[str, Any]) -> None:
    rows = dictionary(manifest).split("\n## Metrics")[1]
    named = re.findall(r"^\| `(\w+)` \| .*\w.* \|$", rows, re.MULTILINE)
    metrics = sorted(metric["name"] for metric in manifest["metrics"].values())
    queries = sorted(query["name"] for query in manifest["saved_queries"].values())
    assert named == metrics + queries
    assert len(metrics) >= 20


def test_the_program_writes_it(built: BuildFolder, manifest: dict[str, Any]) -> None:
    outcome = run_audience(built, "dictionary")
    assert outcome.returncode == 0, outcome.stderr
    assert built.dictionary.read_text() == dictionary(manifest)


def test_without_a_build_the_program_says_what_to_run(folder: BuildFolder) -> None:
    outcome = run_audience(folder, "dictionary")
    assert outcome.returncode == 1
    assert "to describe: run `audience build` first" in outcome.stderr
