"""What the evidence stores, and what later builds make of it."""

import os
import shutil
from pathlib import Path

import duckdb
import pytest

from scripts.build.dbt_run import run_dbt
from scripts.build_folder import BuildFolder
from scripts.evidence import als_ranking, weight_fitting
from scripts.evidence.refitting import LISTS_DATA
from scripts.synthetic.interactions import generate
from tests.conftest import FinishedBuild, read_warehouse, run_audience

pytestmark = pytest.mark.slow

# Seeds and models; their tests have run before.
BUILD = ["build", "--exclude-resource-type", "test", "--exclude-resource-type", "unit_test"]


def test_what_is_evaluated_is_what_is_published(
    taste_evidence: FinishedBuild, folder: BuildFolder
) -> None:
    """A build that ends before the split has the lists that the evaluation measures."""
    with read_warehouse(taste_evidence.folder) as warehouse:
        evaluated = warehouse.execute(
            "select product_id, recommendation_rank, customer_id"
            " from intermediate.int_recommendations where recommender = 'engagement'"
            " order by all"
        ).fetchall()
        (before_split,) = warehouse.execute(
            "select (split_at - interval 1 microsecond)::text"
            " from intermediate.int_temporal_split"
        ).fetchone() or (None,)
    command = [*BUILD, "--select", "+product_audiences"]
    settings = {
        "log": str(taste_evidence.log),
        "as_of": before_split,
        "top_n": 20,
        "ranking": "engagement",
    }
    assert run_dbt(command, settings, folder).problems == []
    with read_warehouse(folder) as production:
        published = production.execute(
            "select product_id, audience_rank, customer_id from marts.product_audiences"
        ).fetchall()
    products = {product for product, _, _ in evaluated}
    assert len(products) > 100
    assert sorted(row for row in published if row[0] in products) == evaluated


@pytest.mark.long
def test_a_rebuild_measures_the_stored_rankings_again(
    taste_evidence: FinishedBuild, folder: BuildFolder
) -> None:
    """`dbt build` alone: the rankings are stored next to the warehouse."""
    shutil.copytree(taste_evidence.folder.evidence, folder.evidence)
    command = [*BUILD, "--select", "+evidence_conclusions"]
    assert run_dbt(command, {"log": str(taste_evidence.log)}, folder).problems == []
    query = "from marts.{} order by all"
    with (
        read_warehouse(folder) as rebuilt,
        read_warehouse(taste_evidence.folder) as first,
    ):
        for mart in ("offline_metrics", "recommender_comparisons", "targeting_lift"):
            rows = rebuilt.execute(query.format(mart)).fetchall()
            assert rows == first.execute(query.format(mart)).fetchall()
            assert rows

    # Rankings of this log say nothing about another.
    other = folder.root / "other.parquet"
    generate(other, scale=0.01, seed=2)
    assert run_dbt(command, {"log": str(other)}, folder).problems == []
    with read_warehouse(folder) as warehouse:
        assert warehouse.execute(
            "select count(*) from marts.offline_metrics where recommender = 'als'"
        ).fetchone() == (0,)
        assert warehouse.execute(
            "select basis from marts.viability_verdict"
        ).fetchone() == ("thresholds",)


@pytest.mark.long
def test_rankings_that_are_damaged_stop_the_build(
    dirty_build: FinishedBuild, folder: BuildFolder
) -> None:
    folder.evidence.mkdir(parents=True)
    (folder.evidence / "als_rankings.parquet").write_text("no Parquet")
    outcome = run_audience(folder, "build", "--log", str(dirty_build.log))
    assert outcome.returncode == 1
    assert "als_rankings.parquet" in outcome.stderr
    assert "Remove the file, or write it again with `audience evidence`." in outcome.stderr


def test_a_log_without_a_split_says_so(folder: BuildFolder, tmp_path: Path) -> None:
    log = tmp_path / "instant.csv"
    log.write_text(
        "customer_id,product_id,event,event_date\n"
        + "".join(f"{customer},1,cart,2023-01-01\n" for customer in range(5))
    )
    outcome = run_audience(folder, "evidence", "--log", str(log))
    assert outcome.returncode == 1
    assert outcome.stderr.startswith("error: The log cannot be split: no interaction lies")
    assert outcome.stderr.count("\n") == 2


def test_each_step_of_the_evidence_runs_alone(
    taste_evidence: FinishedBuild, folder: BuildFolder
) -> None:
    """On a warehouse that is built, and with the same result as in the whole."""
    folder.root.mkdir()
    shutil.copy(taste_evidence.folder.warehouse, folder.warehouse)
    # The last build was one for now alone, because lists of ALS serve.
    select = ["--select", *(f"+{name}" for name in LISTS_DATA)]
    settings = {"log": str(taste_evidence.log)}
    assert run_dbt([*BUILD, *select], settings, folder).problems == []
    said: list[str] = []
    count = als_ranking.fit_past(folder, lambda step, *_: said.append(step))
    als_ranking.fit_now(folder)
    weights = weight_fitting.fit(folder)
    assert count > 0
    assert said
    assert weights["recency_score"] > 0
    assert sum(weights.values()) == pytest.approx(1)
    for name in (als_ranking.PAST_FILE, als_ranking.NOW_FILE, "fitted_weights"):
        rows = [
            duckdb.read_parquet(str(one.evidence / f"{name}.parquet")).fetchall()
            for one in (folder, taste_evidence.folder)
        ]
        assert sorted(rows[0]) == sorted(rows[1])


def test_rankings_and_weights_are_stored_for_the_warehouse(
    taste_evidence: FinishedBuild, folder: BuildFolder
) -> None:
    """Each program alone writes its file, with the fingerprint of the training log."""
    folder.root.mkdir()
    os.link(taste_evidence.folder.warehouse, folder.warehouse)
    product_count = als_ranking.fit_now(folder)
    weights = weight_fitting.fit(folder)
    assert sum(weights.values()) == pytest.approx(1)
    with read_warehouse(folder) as warehouse:
        (early,) = warehouse.execute(
            "select log_fingerprint from intermediate.int_training_log"
        ).fetchone() or (None,)
        (now,) = warehouse.execute(
            "select log_fingerprint from intermediate.int_cutoff_logs where origin = 0"
        ).fetchone() or (None,)
        for name, column, count, fingerprint in (
            (als_ranking.NOW_FILE, "product_id", product_count, now),
            ("fitted_weights", "feature", len(weights), early),
        ):
            found = warehouse.execute(
                f"select count(distinct {column}), any_value(log_fingerprint)"
                f" from '{folder.evidence / name}.parquet'"
            ).fetchone()
            assert found == (count, fingerprint)
