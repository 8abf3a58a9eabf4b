"""What is proposed for exports of other programs, and for tables that are no log.

A setting that was written by hand is proposed with the same value, or asked for with that
value among the choices, or listed here with what is said instead, or with why nothing
shows it.
"""

import re
from pathlib import Path
from typing import Any

import pytest

from scripts.build.log_source import read_mapping
from scripts.build_folder import PROJECT
from scripts.inspection.inspect_log import inspect_log
from scripts.inspection.proposal import Proposal
from tests.scripts.inspection.exported_logs import EXPORTS

# Of settings that differ: what is said of them.
SAID = {
    "shopify_orders.yml": {
        "columns.product_id": "Lineitem sku is empty in 1 of 8 rows",
        "expressions.product_id": "Lineitem sku is empty in 1 of 8 rows",
        "row_filter": "Lineitem sku is empty in 1 of 8 rows",
    },
    "segment_tracks.yml": {"row_filter": "userId is empty in 1 of 8 rows"},
    "rudderstack_tracks.yml": {"row_filter": "userId is empty in 1 of 8 rows"},
    "stripe_charges.yml": {
        # Each value stands once: no product has that.
        "expressions.product_id": r"Is this column the product: id .*1\.0 rows each",
        "row_filter": "Customer ID is empty in 1 of 6 rows",
    },
    "till_log.yml": {
        "columns.customer_id": "Is this column the customer: receipt",
        "row_filter": 'quantity is negative .* row_filter: try_cast."quantity"',
    },
}
# Of settings that nothing in the file shows: why a person wrote them so.
UNSEEN = {
    "shopify_orders.yml": {
        "columns.product_name": "Name and Lineitem name could both be it",
    },
    "woocommerce_order_items.yml": {
        "expressions.customer_id": "customer_id is 0 for every guest",
        "row_filter": "only some states of an order are sales",
    },
    "ga4_bigquery_export.yml": {
        "event_aliases.add_to_wishlist": "the rows have no such event",
        "event_aliases.page_view": "the filter sets page views aside",
        "row_filter": "some events are no interest, some visitors did not consent",
    },
    "snowplow_events.yml": {"row_filter": "some actions are no interest"},
    "klaviyo_events.yml": {
        "columns.customer_id": "the file has a single customer",
        "columns.event": "metric is a column that the recipe adds",
        "columns.product_name": "some events have no name",
        "row_filter": "one purchase is two events",
    },
    "mailchimp_activity.yml": {
        "columns.product_id": "the file has a single campaign",
        "row_filter": "some actions are no interest",
    },
    "stripe_charges.yml": {"columns.row_id": "two charges may be of one second"},
    "till_log.yml": {
        "columns.product_name": "a name alone says not of what",
        "expressions.row_id": "two lines of a receipt may be equal",
        "time_zone": "local times do not say where",
    },
}
# What hangs on an answer that is open.
FOLLOWS = {
    "id_type": ("columns.customer_id", "columns.product_id"),
    "time_format": ("columns.event_date",),
    "event_aliases": ("columns.event",),
}


def flat(settings: dict[str, Any]) -> dict[str, Any]:
    """Settings, each entry of a mapping by itself."""
    entries: dict[str, Any] = {}
    for name, value in settings.items():
        is_mapping = isinstance(value, dict)
        entries |= (
            {f"{name}.{key}": one for key, one in value.items()} if is_mapping else {}
        )
        entries |= {} if is_mapping else {name: value}
    return entries


def unexplained(mapping: str, proposal: Proposal) -> list[str]:
    """Settings that differ from those by hand, and why they do is not known."""
    by_hand = flat(read_mapping(PROJECT / "mappings" / mapping))
    proposed = flat(proposal.settings)
    said = "\n".join([*proposal.decisions, *proposal.warnings])
    asked = {
        f"{entry.setting}.{entry.key}".rstrip("."): entry.choices
        for entry in proposal.entries
        if entry.choices
    }

    def is_explained(name: str) -> bool:
        column = name.replace("expressions.", "columns.")
        choices = asked.get(name) or asked.get(column) or ()
        unnest = by_hand.get("unnest")
        return (
            any(str(choice) in str(by_hand[name]) for choice in choices if name in by_hand)
            or bool(set(FOLLOWS.get(name.split(".")[0], ())) & asked.keys())
            or (unnest is not None and str(by_hand.get(name)).startswith(f"{unnest}."))
            # How much an event counts is never proposed.
            or name.startswith("event_weights.")
            or name in UNSEEN.get(mapping, {})
            or bool(re.search(SAID.get(mapping, {}).get(name, "(?!)"), said))
        )

    differing = [
        name
        for name in {**by_hand, **proposed}
        if by_hand.get(name) != proposed.get(name) and not is_explained(name)
    ]
    return [name for name in differing if not _is_a_known_event(name, mapping)]


def _is_a_known_event(name: str, mapping: str) -> bool:
    """Events whose meaning is in the words of a tracking plan."""
    return name.startswith("event_aliases.") and mapping.endswith("_tracks.yml")


@pytest.mark.parametrize("mapping", EXPORTS)
def test_the_proposal_is_that_by_hand_or_the_difference_is_explained(
    tmp_path: Path, mapping: str
) -> None:
    path = tmp_path / EXPORTS[mapping].file
    path.write_bytes(EXPORTS[mapping].content)
    proposal = inspect_log(str(path)).proposal
    assert proposal.problems == []
    assert unexplained(mapping, proposal) == []
    by_hand = read_mapping(PROJECT / "mappings" / mapping)
    unnest = [one.choices for one in proposal.entries if one.setting == "unnest"]
    if "unnest" in by_hand:
        # It is asked for first, because other answers hang on it.
        assert [by_hand["unnest"]] == [*unnest[0]]
        assert proposal.entries[0].setting == "unnest"


def test_a_time_is_not_chosen_for_its_name_if_another_one_is_finer(tmp_path: Path) -> None:
    """A day of the shop, which is not always that of UTC."""
    path = tmp_path / "events.json"
    path.write_bytes(EXPORTS["ga4_bigquery_export.yml"].content)
    [question] = [
        one for one in inspect_log(str(path)).proposal.decisions if "the time" in one
    ]
    assert "event_date (such as 20210131); event_timestamp (such as 16121" in question


def test_explanations_are_of_settings_that_differ() -> None:
    for mapping in {*SAID, *UNSEEN}:
        by_hand = flat(read_mapping(PROJECT / "mappings" / mapping))
        known = {*SAID.get(mapping, {}), *UNSEEN.get(mapping, {})} - {
            *by_hand,
            "columns.product_id",
            "columns.product_name",
            "event_aliases.page_view",
        }
        assert known == set(), mapping


@pytest.mark.parametrize(
    ("file", "side_input", "said"),
    [
        ("olist_products.csv", "product_attributes", "each product_id stands once"),
        (
            "cookie_cats.csv",
            "customer_attributes",
            "suppressions, contacts, experiment_units",
        ),
        ("hillstrom.csv", "", "No column holds times: this is no log of interactions"),
        ("retailrocket_category_tree.csv", "", "No column holds times: this is no log"),
    ],
)
def test_a_table_that_is_no_log_is_said_to_be_none(
    shared_data: Path, file: str, side_input: str, said: str
) -> None:
    inspection = inspect_log(str(shared_data / file))
    assert inspection.side_input == side_input
    [problem] = inspection.proposal.problems
    assert said in problem


def test_a_list_that_is_no_log_is_only_named(tmp_path: Path) -> None:
    """A column of tags does not keep a mapping from being ready."""
    path = tmp_path / "log.jsonl"
    row = (
        '{"customer_id": %d, "product_id": %d, "event": "cart",'
        ' "event_date": "2024-01-%d", "colors": [{"shade": 1}]}\n'
    )
    path.write_text("".join(row % (n % 9, n % 7, 10 + n % 19) for n in range(60)))
    inspection = inspect_log(str(path))
    assert inspection.proposal.is_settled
    [warning] = inspection.proposal.warnings
    assert "with unnest: colors in the mapping" in warning
