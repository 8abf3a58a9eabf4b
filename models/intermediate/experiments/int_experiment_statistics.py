"""Comparisons of the arms of each experiment: tests, intervals, power."""

from typing import Any


def model(dbt: Any, session: Any) -> Any:
    """The table of this model: one row per experiment, comparison and metric."""
    from scripts.statistics.engine_tables import arrow_table, engine_table, table_of
    from scripts.statistics.experiment_comparisons import RESULT, analyse

    dbt.config(materialized="table")
    experiments = arrow_table(dbt.ref("stg_experiments").filter("is_active"))
    aggregates = arrow_table(dbt.ref("int_experiment_aggregates"))
    rows = analyse(experiments.to_pylist(), aggregates.to_pylist())
    return engine_table(session, table_of(rows, RESULT))
