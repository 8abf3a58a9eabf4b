"""MetricFlow on a release gives the results of plain SQL on the marts."""

from collections.abc import Iterator

import duckdb
import pytest

from scripts.releases.release_folder import Release, ReleaseFolder
from tests.conftest import FinishedBuild, read_release, run_audience

pytest.importorskip("metricflow", reason="MetricFlow is not installed: make test-bi does")

from metricflow.engine.metricflow_engine import MetricFlowEngine, MetricFlowQueryRequest
from metricflow.validation.data_warehouse_model_validator import (
    DataWarehouseModelValidator,
)
from metricflow_semantic_interfaces.validations.semantic_manifest_validator import (
    SemanticManifestValidator,
)
from metricflow_semantics.model.dbt_manifest_parser import (
    parse_manifest_from_dbt_generated_manifest,
)

from scripts.releases.metrics import ReleaseClient, metrics_of

TOP_TENTH = """
    from targeting_lift
    where decile = 1 and origin = (select max(origin) from targeting_lift)
"""

# Every metric, without a dimension, as plain SQL.
PLAIN = {
    "active_cohort_customers": "select sum(active_customer_count) from cohort_retention",
    "audience_places": "select count(*) from product_audiences",
    "audience_reach": "select count(distinct customer_id) from product_audiences",
    "campaign_contacts": "select sum(contact_count) from campaign_summaries",
    "campaign_cost": "select sum(planned_cost) from campaign_summaries",
    "campaign_places_lacking": "select sum(missing_count) from campaign_summaries",
    "campaign_reach": "select count(distinct customer_id) from campaign_customers"
    " where arm = 'contact'",
    "cohort_activity_share": "select sum(active_customer_count)"
    " / sum(cohort_customer_count) from cohort_retention",
    "cohort_customers": "select sum(cohort_customer_count) from cohort_retention",
    "cost_per_customer_reached": "select (select sum(planned_cost) from campaign_summaries)"
    " / count(distinct customer_id) from campaign_customers where arm = 'contact'",
    "customer_count": "select customer_count from dataset_profile",
    "customer_interactions": "select interaction_count from dataset_profile",
    "customers_to_date": "select customer_count from dataset_profile",
    "experiment_count": "select nullif(count(*), 0) from experiment_verdicts",
    "experiment_profit": "select sum(profit) from experiment_verdicts",
    "experiment_units": "select sum(unit_count) from experiment_verdicts",
    "incremental_conversions": "select sum(incremental_conversions)"
    " from experiment_verdicts",
    "interactions": "select interaction_count from dataset_profile",
    "interactions_per_customer": "select mean_interactions_per_customer"
    " from dataset_profile",
    "mean_engagement_score": "select avg(engagement_score) from customers",
    "new_customers": "select customer_count from dataset_profile",
    "one_time_customer_count": "select one_time_customer_count from dataset_profile",
    "one_time_customer_share": "select one_time_customer_share from dataset_profile",
    "product_count": "select product_count from dataset_profile",
    "product_interactions": "select interaction_count from dataset_profile",
    "product_purchase_share": "select interaction_share from event_mix"
    " where event = 'purchased'",
    "product_purchases": "select interaction_count from event_mix"
    " where event = 'purchased'",
    "purchase_share": "select interaction_share from event_mix where event = 'purchased'",
    "purchases": "select interaction_count from event_mix where event = 'purchased'",
    "top_tenth_lift": "select sum(responders) / sum(audience_size * random_response_rate)"
    + TOP_TENTH,
    "top_tenth_responders": "select sum(responders)" + TOP_TENTH,
    "top_tenth_responders_by_chance": "select sum(audience_size * random_response_rate)"
    + TOP_TENTH,
}

SAVED = {
    "new_customers_by_month": """
        select
            date_trunc('month', first_interaction_at) as month,
            count(*),
            count(*) filter (total_interactions = 1) / count(*),
            sum(total_interactions) / count(*)
        from customers group by month order by month
    """,
    "campaign_costs": """
        select
            campaign_id, contact_count, planned_cost, missing_count, reach,
            planned_cost / reach
        from campaign_summaries inner join (
            select campaign_id, count(*) as reach
            from campaign_customers where arm = 'contact' group by campaign_id
        ) using (campaign_id) order by campaign_id
    """,
    "does_targeting_pay": f"select ranking, outcome, responders, lift {TOP_TENTH}"
    " order by ranking, outcome",
}


def current(build: FinishedBuild) -> Release:
    release = ReleaseFolder(build.folder.releases).current()
    assert release is not None
    return release


@pytest.fixture(scope="module")
def engine(dirty_build: FinishedBuild) -> Iterator[MetricFlowEngine]:
    with metrics_of(current(dirty_build)) as engine:
        yield engine


@pytest.fixture(scope="module")
def marts(dirty_build: FinishedBuild) -> Iterator[duckdb.DuckDBPyConnection]:
    with read_release(dirty_build.folder) as release:
        yield release


def ask(engine: MetricFlowEngine, **question: object) -> list[tuple[object, ...]]:
    answer = engine.query(MetricFlowQueryRequest.create(**question)).result_df
    return list(answer.rows)


def alike(rows: list[tuple[object, ...]]) -> list[list[object]]:
    """Rows in a form for comparison: rounded numbers, columns in any order."""

    def order(value: object) -> tuple[bool, str, float]:
        if isinstance(value, int | float):
            return True, "", float(value)
        return False, str(value), 0

    return [
        [
            pytest.approx(value, rel=1e-9) if isinstance(value, int | float) else str(value)
            for value in sorted(map(plain, row), key=order)
        ]
        for row in rows
    ]


def plain(value: object) -> object:
    is_number = value is not None and type(value).__name__ in ("int", "float", "Decimal")
    return float(value) if is_number else value  # type: ignore[arg-type]


def test_metricflow_accepts_the_definitions(dirty_build: FinishedBuild) -> None:
    release = current(dirty_build)
    manifest = parse_manifest_from_dbt_generated_manifest(
        release.semantic_manifest.read_text()
    )
    client = ReleaseClient(release.database)
    against = DataWarehouseModelValidator(sql_client=client)
    found = [
        SemanticManifestValidator().validate_semantic_manifest(manifest),
        against.validate_semantic_models(manifest, None),
        against.validate_dimensions(manifest, None),
        against.validate_entities(manifest, None),
        against.validate_simple_metrics(manifest, None),
        against.validate_metrics(manifest, None),
    ]
    client.close()
    assert [issue for results in found for issue in results.errors] == []


def test_every_metric_is_compared(engine: MetricFlowEngine) -> None:
    assert {metric.name for metric in engine.list_metrics()} == set(PLAIN)
    assert {query.name for query in engine.list_saved_queries()} == set(SAVED)


@pytest.mark.parametrize("metric", PLAIN)
def test_metrics_agree_with_the_marts(
    engine: MetricFlowEngine, marts: duckdb.DuckDBPyConnection, metric: str
) -> None:
    ((answer,),) = ask(engine, metric_names=[metric])
    ((expected,),) = marts.execute(PLAIN[metric]).fetchall()
    assert answer == (expected if expected is None else pytest.approx(float(expected)))


@pytest.mark.parametrize("name", SAVED)
def test_saved_queries_agree_with_the_marts(
    engine: MetricFlowEngine, marts: duckdb.DuckDBPyConnection, name: str
) -> None:
    answer = ask(engine, saved_query_name=name)
    expected = marts.execute(SAVED[name]).fetchall()
    assert len(answer) >= 3
    assert alike(answer) == alike(expected)


def test_a_metric_is_grouped_by_a_dimension_of_another_mart(
    engine: MetricFlowEngine, marts: duckdb.DuckDBPyConnection
) -> None:
    answer = ask(
        engine,
        metric_names=["campaign_reach"],
        group_by_names=["campaign", "customer__activity"],
        where_constraints=["{{ Dimension('customer__activity') }} = 'one-time'"],
        order_by_names=["campaign"],
    )
    expected = marts.execute(
        "select campaign_id, 'one-time', count(*) from campaign_customers"
        " inner join customers using (customer_id)"
        " where arm = 'contact' and total_interactions = 1 group by campaign_id order by 1"
    ).fetchall()
    assert answer == expected != []


def test_a_day_without_new_customers_is_a_zero(
    engine: MetricFlowEngine, marts: duckdb.DuckDBPyConnection
) -> None:
    days = ask(engine, metric_names=["new_customers"], group_by_names=["metric_time__day"])
    expected = marts.execute(
        "select calendar_date::timestamp, count(customer_id) from calendar_days"
        " left join customers on first_interaction_at::date = calendar_date"
        " group by calendar_date"
    ).fetchall()
    assert sorted(days) == sorted(expected)


def test_customers_to_date_never_fall(engine: MetricFlowEngine) -> None:
    months = ask(
        engine,
        metric_names=["customers_to_date", "new_customers"],
        group_by_names=["metric_time__month"],
        order_by_names=["metric_time__month"],
    )
    known = 0.0
    for _, *counts in months:
        known += min(counts)  # type: ignore[type-var]
        assert max(counts) == known  # type: ignore[type-var]


def test_metrics_read_nothing_but_the_release(dirty_build: FinishedBuild) -> None:
    client = ReleaseClient(current(dirty_build).database)
    with pytest.raises(duckdb.PermissionException):
        client.query("from read_text('/etc/hostname')")
    with pytest.raises(duckdb.InvalidInputException, match="read-only"):
        client.execute("drop table release.main.customers")
    client.close()


def test_the_program_lists_metrics_and_saved_queries(dirty_build: FinishedBuild) -> None:
    listed = run_audience(dirty_build.folder, "metrics")
    assert listed.returncode == 0, listed.stderr
    for name in (*PLAIN, *SAVED):
        assert f" {name} " in listed.stdout


def test_the_program_answers(
    dirty_build: FinishedBuild, marts: duckdb.DuckDBPyConnection
) -> None:
    outcome = run_audience(
        dirty_build.folder,
        "metrics",
        *("--metrics", "interactions", "--by", "event__event_name"),
        *("--order", "interactions", "--descending", "--format", "csv"),
    )
    rows = marts.execute(
        "select event, interaction_count from event_mix order by interaction_count desc"
    ).fetchall()
    assert outcome.stdout.splitlines() == [
        "event__event_name,interactions",
        *(f"{event},{count}" for event, count in rows),
    ]


def test_an_unknown_metric_is_refused_with_a_similar_name(
    dirty_build: FinishedBuild,
) -> None:
    outcome = run_audience(dirty_build.folder, "metrics", "--metrics", "customer_cont")
    assert outcome.returncode == 1
    assert outcome.stderr.startswith("error: ")
    assert "'customer_count'" in outcome.stderr
