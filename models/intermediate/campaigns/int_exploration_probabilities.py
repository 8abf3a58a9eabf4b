"""How likely each ranking is to place a customer, by Thompson sampling.

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
        from itertools import groupby

        import numpy

        from scripts.statistics.exploration import placement_probabilities

        def segment(arm: dict[str, Any]) -> tuple[str, str]:
            return arm["campaign_id"], arm["history_class"]

        # The ranking that serves comes first.
        arms.sort(key=lambda arm: (*segment(arm), not arm["is_served"], arm["ranking"]))
        for (campaign_id, history_class), of_segment in groupby(arms, segment):
            tried = list(of_segment)
            probabilities = placement_probabilities(
                numpy.array([float(arm["response_count"]) for arm in tried]),
                numpy.array([float(arm["contact_count"]) for arm in tried]),
                tried[0]["exploration_share"],
                # The same responses give the same probabilities.
                seed=zlib.crc32(f"{campaign_id}:{history_class}".encode()),
            )
            begin = 0.0
            for arm, probability in zip(tried, probabilities, strict=True):
                end = 1.0 if arm is tried[-1] else begin + float(probability)
                rows.append(
                    {
                        "campaign_id": campaign_id,
                        "history_class": history_class,
                        "ranking": arm["ranking"],
                        "probability": float(probability),
                        "draw_from": begin,
                        "draw_until": end,
                    }
                )
                begin = end
    return engine_table(session, table_of(rows, RESULT))
