"""Whether the arms of each experiment have the numbers of units that they should have."""

from typing import Any


def model(dbt: Any, session: Any) -> Any:
    """The table of this model: one row per started experiment."""
    from scripts.statistics.engine_tables import arrow_table, engine_table, table_of
    from scripts.statistics.sample_ratios import RESULT, sample_ratios

    dbt.config(materialized="table")
    counts = arrow_table(dbt.ref("int_experiment_arm_counts")).to_pylist()
    return engine_table(session, table_of(sample_ratios(counts), RESULT))
