"""Intervals of the hits of rankings, over customers."""

from typing import Any


def model(dbt: Any, session: Any) -> Any:
    """The table of this model: one row per row of int_ranking_totals."""
    from scripts.statistics.customer_intervals import hit_intervals
    from scripts.statistics.engine_tables import arrow_table, engine_table

    dbt.config(materialized="table", tags=["evidence"])
    totals = arrow_table(dbt.ref("int_ranking_totals"))
    return engine_table(session, hit_intervals(totals))
