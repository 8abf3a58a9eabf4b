"""How likely each ranking is to place a customer of each class, by Thompson sampling.

The interval from `draw_from` to `draw_until` is the ranking's part of all draws.
"""

import zlib
from typing import Any

import pyarrow

RESULT = pyarrow.schema(
    [
        ("campaign_id", pyarrow.string()),
        ("history_class", pyarrow.string()),
        ("ranking", pyarrow.string()),
        ("probability", pyarrow.float64()),
        ("draw_from", pyarrow.float64()),
        ("draw_until", pyarrow.float64()),
    ]
)


def model(dbt: Any, session: Any) -> Any:
    """The table of this model: one row per campaign, class of history and ranking."""
    from scripts.statistics.engine_tables import arrow_table, engine_table, table_of

    dbt.config(materialized="table")
    arms = arrow_table(dbt.ref("int_exploration_arms")).to_pylist()
    rows = []
    if arms:
        import numpy

        from scripts.statistics.exploration import placement_probabilities

        # The ranking that serves comes first.
        arms.sort(
            key=lambda arm: (
                arm["campaign_id"],
                arm["history_class"],
                not arm["is_served"],
                arm["ranking"],
            )
        )
        for group in sorted({(arm["campaign_id"], arm["history_class"]) for arm in arms}):
            tried = [
                arm for arm in arms if (arm["campaign_id"], arm["history_class"]) == group
            ]
            probabilities = placement_probabilities(
                numpy.array([float(arm["response_count"]) for arm in tried]),
                numpy.array([float(arm["contact_count"]) for arm in tried]),
                tried[0]["exploration_share"],
                # The same responses give the same probabilities.
                seed=zlib.crc32("\n".join(group).encode()),
            )
            ends = numpy.append(numpy.cumsum(probabilities)[:-1], 1.0)
            for arm, probability, end in zip(tried, probabilities, ends, strict=True):
                rows.append(
                    {
                        "campaign_id": group[0],
                        "history_class": group[1],
                        "ranking": arm["ranking"],
                        "probability": float(probability),
                        "draw_from": float(end - probability),
                        "draw_until": float(end),
                    }
                )
    return engine_table(session, table_of(rows, RESULT))
