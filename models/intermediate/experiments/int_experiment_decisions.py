"""What the evidence of each experiment says, and the verdict that follows."""

from typing import Any


def model(dbt: Any, session: Any) -> Any:
    """The table of this model: one row per active experiment."""
    from scripts.statistics.engine_tables import arrow_table, engine_table, table_of
    from scripts.statistics.experiment_decisions import RESULT, judge

    dbt.config(materialized="table")
    evidence = arrow_table(dbt.ref("int_experiment_evidence"))
    return engine_table(session, table_of(judge(evidence), RESULT))
