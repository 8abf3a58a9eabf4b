"""Whether the arms of each experiment have the numbers of units that they should have."""

from typing import Any


def model(dbt: Any, session: Any) -> Any:
    """The table of this model: one row per started experiment."""
    import pyarrow

    from scripts.statistics.engine_tables import arrow_table, engine_table
    from scripts.statistics.sample_ratios import RESULT, sample_ratios

    dbt.config(materialized="table")
    counts = arrow_table(dbt.ref("int_experiment_arm_counts")).to_pylist()
    return engine_table(session, pyarrow.Table.from_pylist(sample_ratios(counts), RESULT))
