"""Intervals of the means of list metrics, and of the differences of recommenders."""

from typing import Any


def model(dbt: Any, session: Any) -> Any:
    """The table of this model: one row per mean, and one per difference of two means."""
    from scripts.statistics.customer_intervals import metric_intervals
    from scripts.statistics.engine_tables import arrow_table, engine_table

    dbt.config(materialized="table")
    sums = arrow_table(dbt.ref("int_recommender_sums"))
    differences = arrow_table(dbt.ref("int_recommender_differences"))
    return engine_table(session, metric_intervals(sums, differences))
