"""What speaks for a customer in an audience, in words."""

from datetime import datetime
from typing import Any

# The counts that decide a place, by ranking of products. Lists have both counts, whatever
# ranks them.
DECIDING_COUNTS: dict[str, tuple[str, ...]] = {
    "hybrid": ("attribute_count", "neighbour_count"),
    "item_neighbours": ("neighbour_count",),
    "category_affinity": ("attribute_count",),
    "attribute_affinity": ("attribute_count",),
}
COUNTS = DECIDING_COUNTS["hybrid"]
# What decides a place by the other rankings of products.
OTHER_SIGNALS = {
    "als": "close to this product in the factors of the model",
    "random_walk": "touched products linked to this one by shared customers",
    "repurchase": "purchased this product before",
    "sequential_rules": "touched products that others touch shortly before this one",
}


def with_deciding_counts(
    place: dict[str, Any], of_products: frozenset[str]
) -> dict[str, Any]:
    """The place with null for the counts that did not decide it.

    Args:
        place: of a customer; its score is null where the signals have ended.
        of_products: the rankings of products; of one that is not known here, such as one of
            your own, both counts may have decided.
    """
    ranking = place["ranking"]
    deciding: tuple[str, ...] = ()
    if place["score"] is not None and ranking in of_products - OTHER_SIGNALS.keys():
        deciding = DECIDING_COUNTS.get(ranking, COUNTS)
    return place | {name: place.get(name) if name in deciding else None for name in COUNTS}


def signals(
    place: dict[str, Any],
    customer: dict[str, Any],
    attributes: tuple[str, ...],
    reference: datetime,
) -> list[str]:
    """What speaks for a customer, in words.

    Args:
        place: of the customer, with the counts that decided it.
        customer: the row of `customers`.
        attributes: names of the attributes of products; none if words of names stand in.
        reference: the reference time of the release.
    """
    found = []
    if place["place"] == "excluded":
        until = place.get("held_out_until")
        found.append(
            f"left out: held out from all contacts until {until}"
            if until
            else "left out: by the setting exclude or by feedback"
        )
    count = place["attribute_count"] or 0
    if count:
        shared = (
            f"the same {' or '.join(attributes)}" if attributes else "a word of its name"
        )
        found.append(f"touched {counted(count, 'product')} with {shared}")
    count = place["neighbour_count"] or 0
    if count:
        found.append(
            f"touched {counted(count, 'product')} that customers of this product touch too"
        )
    if place["score"] is None:
        found.append("the signals of this product have ended, and activity goes on")
    elif place["ranking"] in OTHER_SIGNALS:
        found.append(OTHER_SIGNALS[place["ranking"]])
    days = (reference.date() - customer["last_interaction_at"].date()).days
    found.append(
        f"active: {counted(customer['unique_products'], 'product')}, last seen"
        f" {counted(days, 'day')} before {reference:%Y-%m-%d}"
    )
    return found


def counted(number: int, noun: str) -> str:
    """A number with its noun."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
