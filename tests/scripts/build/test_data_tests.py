"""The checks of tables name the broken rule, its table and the number of rows."""

import shutil

import duckdb
import pytest

from scripts.build.dbt_run import run_dbt
from scripts.build_folder import BuildFolder
from tests.conftest import FinishedBuild

# Each damage, and how the sentence about it begins, by the kind of check that must find it.
BROKEN: dict[str, tuple[str, str]] = {
    "primary_key, null": (
        "update intermediate.int_customer_features set customer_id = null"
        " where customer_id in (select customer_id from marts.customers"
        " where engagement_rank = 1)",
        "Table intermediate.int_customer_features: 1 row breaks the rule"
        " customer_id is not null. Find it with: select * from ",
    ),
    "primary_key, repeated": (
        "insert into intermediate.int_product_counts"
        " from intermediate.int_product_counts limit 2",
        "Table intermediate.int_product_counts: 2 values of product_id stand in",
    ),
    "unique": (
        "insert into marts.viability_checks from marts.viability_checks limit 1",
        "Table marts.viability_checks: 1 value of requirement stands in several rows",
    ),
    "not_null": (
        "update staging.stg_interactions set batch = null where rowid < 4",
        "Table staging.stg_interactions: 4 rows break the rule batch is not null",
    ),
    "accepted_values": (
        "update marts.viability_verdict set basis = 'a ''hunch'''",
        "Table marts.viability_verdict: 1 row breaks the rule basis in"
        " ('thresholds', 'measured comparison')",
    ),
    "accepted_range, at_least": (
        "update marts.event_mix set interaction_count = -1"
        " where rowid in (select rowid from marts.event_mix limit 2)",
        "Table marts.event_mix: 2 rows break the rule interaction_count >= 1",
    ),
    "accepted_range, both": (
        "update marts.customer_retention set retained_share = 1.5 where retention_days = 7",
        "Table marts.customer_retention: 1 row breaks the rule"
        " retained_share >= 0 and retained_share <= 1",
    ),
    "expression_is_true, false": (
        "update marts.products set customer_count = interaction_count + 1"
        " where product_id in (select min(product_id) from marts.products)",
        "Table marts.products: 1 row breaks the rule customer_count <= interaction_count",
    ),
    "expression_is_true, null": (
        "update intermediate.int_evaluated_products set reachable_count = null"
        " where rowid < 2",
        "Table intermediate.int_evaluated_products: 2 rows break the rule"
        " reachable_count <= relevant_count",
    ),
    "one_row, none": (
        "delete from intermediate.int_temporal_split",
        "Table intermediate.int_temporal_split has 0 rows, expected exactly 1",
    ),
    "one_row, two": (
        "insert into intermediate.int_log_window from intermediate.int_log_window",
        "Table intermediate.int_log_window has 2 rows, expected exactly 1",
    ),
    "adds_up_to_one": (
        "update marts.event_mix set interaction_share = 0",
        "Table marts.event_mix: interaction_share adds up to 0.0 over all rows, expected 1",
    ),
    "dense_rank, whole table": (
        "update marts.cold_start_audience set audience_rank = 8 where audience_rank = 7",
        "Table marts.cold_start_audience: 1 ranking by audience_rank does not run from 1",
    ),
    "dense_rank, tie beyond 50": (
        "update marts.customers set engagement_rank = 5 where engagement_rank = 4",
        "Table marts.customers: 1 ranking by engagement_rank does not run from 1",
    ),
    "dense_rank, in groups": (
        "update lookup.list_members set audience_rank = 2"
        " where audience_rank = 1 and list_id <= 2",
        "Table lookup.list_members: 2 rankings by audience_rank do not run from 1",
    ),
    "where": (
        "create or replace view intermediate.int_trial_scores as"
        " select 'definition' as ranking_kind, cast(null as double) as score",
        "Table (select * from ",
    ),
    "steps of campaigns": (
        "update intermediate.int_campaign_slots set campaign_id = null where rowid < 3",
        "Table int_campaign_slots: 3 rows have no campaign_id, expected one in each",
    ),
    "steps of experiments": (
        "update intermediate.int_experiment_states set experiment_id = null"
        " where rowid < 1",
        "Table int_experiment_states: 1 row has no experiment_id, expected one in each",
    ),
    "side inputs": (
        "update staging.stg_experiment_units set outcome = null where rowid < 6",
        "Table stg_experiment_units: 6 rows have no outcome, expected one in each",
    ),
}

# The table that unites the side inputs has the damage of one of them.
CONSEQUENCE = "Table staging.stg_side_input_rows: 6 rows break the rule outcome is not null"


@pytest.fixture(scope="module")
def problems(
    dirty_build: FinishedBuild, tmp_path_factory: pytest.TempPathFactory
) -> list[str]:
    """What one run of the checks says of a warehouse with all of the damage."""
    folder = BuildFolder(tmp_path_factory.mktemp("broken") / "build")
    folder.root.mkdir()
    shutil.copy(dirty_build.folder.warehouse, folder.warehouse)
    with duckdb.connect(folder.warehouse) as warehouse:
        for damage, _ in BROKEN.values():
            (changed,) = warehouse.execute(damage).fetchone() or (0,)
            assert changed or damage.startswith("create"), damage
    run = run_dbt(
        [
            *("test", "--select", "test_name:checks", "test_name:filled_column"),
        ],
        {"log": str(dirty_build.log), "top_n": 7, "with_examples": True},
        folder,
    )
    assert run.exit_code != 0
    return run.problems


@pytest.mark.slow
@pytest.mark.parametrize("kind", BROKEN)
def test_a_broken_row_is_found(problems: list[str], kind: str) -> None:
    _, sentence = BROKEN[kind]
    found = [problem for problem in problems if problem.startswith(sentence)]
    assert len(found) == 1, problems


@pytest.mark.slow
def test_nothing_else_is_said(problems: list[str]) -> None:
    """All checks run; the tables without damage, and the other rules of the rest, pass."""
    known = (CONSEQUENCE, *(sentence for _, sentence in BROKEN.values()))
    assert [problem for problem in problems if not problem.startswith(known)] == []
