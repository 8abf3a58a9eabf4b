"""Weights of the probabilities that a customer touches or purchases a product."""

from typing import Any


def model(dbt: Any, session: Any) -> Any:
    """The table of this model: one row per audience and outcome with enough hits."""
    from scripts.statistics.engine_tables import arrow_table, engine_table
    from scripts.statistics.probabilities import probability_weights

    dbt.config(materialized="table", tags=["evidence"])
    examples = arrow_table(dbt.ref("int_probability_examples"))
    return engine_table(session, probability_weights(examples))
