"""Fills the places of campaigns that are still open after int_campaign_slots.

Pairs with a signal (int_campaign_signals) come first; campaign_places.py says how the
others are filled. Campaigns that share their customers (int_campaign_turns) or have
weights for customers or products have no slots: all of their places are filled here.
"""

from typing import Any

import pyarrow

RESULT = pyarrow.schema(
    [
        ("campaign_id", pyarrow.string()),
        ("product_number", pyarrow.int64()),
        ("customer_number", pyarrow.int64()),
    ]
)


def _columns(rows: pyarrow.Table, campaign_id: str, *names: str) -> list[Any]:
    """Columns of the rows of a campaign, sorted by these columns."""
    import numpy
    import pyarrow.compute

    of_campaign = pyarrow.compute.equal(rows["campaign_id"], campaign_id)
    found = rows.filter(of_campaign).sort_by([(name, "ascending") for name in names])
    return [numpy.asarray(found[name]) for name in names]


def _open_places(
    products: pyarrow.Table,
    customers: pyarrow.Table,
    pairs: pyarrow.Table,
    campaign: dict[str, Any],
    *,
    is_sharing: bool,
) -> Any:
    """The open places of a campaign, and who suits them."""
    import numpy
    import pyarrow.compute

    from scripts.statistics.campaign_turns import CampaignPlaces
    from scripts.statistics.campaign_weights import Weights

    campaign_id, requires_event = campaign["campaign_id"], campaign["requires_event"]
    weights = Weights(campaign["diversity_weight"], campaign["coverage_weight"])
    numbers, open_counts = _columns(products, campaign_id, "product_number", "open_count")
    _, rooms = _columns(customers, campaign_id, "customer_number", "room")
    named_for, named = _columns(pairs, campaign_id, "product_number", "customer_number")
    signals = pairs.filter(pyarrow.compute.is_valid(pairs["signal_place"]))
    order = ("signal_place", "product_number", "customer_number")
    likely = numpy.column_stack(_columns(signals, campaign_id, *order)[1:]) - 1
    # Numbers begin at 1, positions at 0.
    suiting = memoryview(named.astype(numpy.int64) - 1)
    starts = numpy.searchsorted(named_for, numbers, "left").tolist()
    ends = numpy.searchsorted(named_for, numbers, "right").tolist()
    return CampaignPlaces(
        open_counts.astype(numpy.int64),
        rooms.astype(numpy.int64),
        [suiting[start:end] for start, end in zip(starts, ends, strict=True)],
        [(product, customer) for product, customer in likely.tolist()],
        requires_event=requires_event,
        takes_turns=not requires_event
        and (is_sharing or weights != Weights() or likely.size > 0),
        weights=weights,
    )


def model(dbt: Any, session: Any) -> Any:
    """The table of this model: one row per campaign, product and customer, by number."""
    from scripts.statistics.engine_tables import arrow_table, engine_table

    dbt.config(materialized="table")
    products = arrow_table(dbt.ref("int_campaign_open_products"))
    if not products.num_rows:
        return engine_table(session, RESULT.empty_table())
    import numpy

    from scripts.statistics.campaign_turns import SharingCampaign, place_in_turn

    customers = arrow_table(dbt.ref("int_campaign_free_customers"))
    pairs = arrow_table(dbt.ref("int_campaign_named_pairs"))
    turns = arrow_table(dbt.ref("int_campaign_turns")).to_pylist()
    settings = ["campaign_id", "requires_event", "diversity_weight", "coverage_weight"]
    placed, sharing = {}, []
    for campaign in products.group_by(settings).aggregate([]).to_pylist():
        campaign_id = campaign["campaign_id"]
        rivals = [turn for turn in turns if turn["campaign_id"] == campaign_id]
        places = _open_places(products, customers, pairs, campaign, is_sharing=bool(rivals))
        placed[campaign_id] = places
        if not rivals:
            places.fill()
            continue
        order = ("customer_number", "customer_rank", "expected_profit")
        _, ranks, profits = _columns(customers, campaign_id, *order)
        sharing.append(
            SharingCampaign(
                places,
                priority=rivals[0]["priority"],
                turn=rivals[0]["turn"],
                rivals={rival["rival_turn"] for rival in rivals},
                ranks=ranks.astype(numpy.int64),
                # Of a class that was not measured, nothing is expected.
                profits=numpy.nan_to_num(profits.astype(numpy.float64)),
            )
        )
    place_in_turn(sharing)
    tables = [RESULT.empty_table()]
    for campaign_id in sorted(placed):
        found = numpy.array(placed[campaign_id].placed, dtype=numpy.int64).reshape(-1, 2)
        columns = [[campaign_id] * len(found), found[:, 0] + 1, found[:, 1] + 1]
        tables.append(pyarrow.table(columns, schema=RESULT))
    return engine_table(session, pyarrow.concat_tables(tables))
