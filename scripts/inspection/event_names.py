"""What the events of known systems mean here; the names are theirs."""

import csv
import re

from scripts.build_folder import PROJECT
from scripts.workspace import own_file

# Words by the event here; spelled without blanks, dashes and underscores.
MEANINGS = {
    "purchased": """purchased purchase purchases buy bought transaction order ordered
        checkoutcompleted orderplaced sale placeorder""",
    "cart": "cart addtocart addedtocart basket addtobasket carted productadded",
    "wishlist": "wishlist addtowishlist fav favorite favourite addtofavorites",
    "rating": "rating rate rated review",
    "view": """view views pv viewed pageview productview viewitem detailview click
        impression""",
    "remove_from_cart": "removefromcart removedfromcart productremoved",
}
_BY_WORD = {word: event for event, words in MEANINGS.items() for word in words.split()}


def meaning_of(value: str) -> str | None:
    """The event here that a value means; None if it is no known one."""
    return _BY_WORD.get(re.sub(r"[\s_.-]", "", value.lower()))


def weighted_events() -> set[str]:
    """The events of seeds/event_weights.csv and seeds/feedback_events.csv."""
    found = set()
    for seed in ("event_weights.csv", "feedback_events.csv"):
        with own_file(PROJECT / "seeds" / seed).open(encoding="utf-8-sig") as file:
            found |= {row["event"].strip().lower() for row in csv.DictReader(file)}
    return found
