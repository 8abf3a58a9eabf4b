"""What a receiver says of a batch, without the customers that it may name."""

import html
import json
import re
from typing import Any
from urllib.parse import quote

from scripts.terminal import visible

LENGTH = 200
# A part of an address tells who it is, also if its other part is missing.
ADDRESS = re.compile(r"[^\s\"'<>(),;:=]*(@|%40|\\u0040|&#64;)[^\s\"'<>(),;]*")
# What many contacts have in common names none of them.
COMMON = {
    *("campaign_id", "experiment_id", "arm", "contact_on", "release_id", "place"),
    "ranking",
}
NAMED = "***"


def unnamed_answer(text: str, contacts: list[dict[str, Any]]) -> str:
    """The beginning of an answer in one line, without any text of the contacts."""
    values = {
        str(value)
        for contact in contacts
        for name, value in contact.items()
        if name not in COMMON and value is not None and str(value).strip()
    }
    spellings = {
        spelling.lower()
        for value in values
        for spelling in (
            value,
            quote(value),
            quote(value, safe=""),
            html.escape(value),
            json.dumps(value)[1:-1],
        )
    }
    # From the longest on: a value may be a part of another one.
    ordered = sorted(spellings, key=lambda one: (-len(one), one))
    text = ADDRESS.sub(NAMED, text)
    if ordered:
        known = "|".join(map(re.escape, ordered))
        text = re.sub(rf"(?i)(?<!\w)(?:{known})(?!\w)", NAMED, text)
    return visible(" ".join(text.split())[:LENGTH])
