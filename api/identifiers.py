"""Ids in paths: of products, customers, campaigns and experiments."""

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote_to_bytes

from sanic import Request

from api.blocks import ProductId
from api.problems import invalid_parameter
from api.release import Release

WHOLE_NUMBER = re.compile(r"[+-]?[0-9]{1,19}")
LONGEST_ID = 4096


@dataclass(frozen=True)
class Identifier:
    """A product id or customer id in the path."""

    name: str
    example: int
    meaning: str
    place = "path"

    @property
    def schema(self) -> dict[str, Any]:
        """Its JSON schema; the release decides which of the two types it has."""
        return {"anyOf": [{"type": "integer"}, {"type": "string"}]}

    def read(self, request: Request, text: str, release: Release) -> ProductId:
        """The id in a request.

        Args:
            request: the request.
            text: the part of the path, decoded by Sanic.
            release: decides the type of ids.

        Raises:
            Problem: the text is not a valid id.
        """
        # Sanic decodes invalid bytes to this character, which is also valid by itself.
        if "\ufffd" in text and not _is_utf8(request.raw_url):
            raise invalid_parameter(self.name, text, "percent-encoded UTF-8")
        return identifier(self.name, text, release)


@dataclass(frozen=True)
class Name:
    """A short name in the path, such as that of a campaign."""

    name: str
    example: str
    meaning: str
    place = "path"

    @property
    def schema(self) -> dict[str, Any]:
        """Its JSON schema."""
        return {"type": "string"}


PRODUCT_ID = Identifier("product_id", 42, "The product, with its id in the log.")
OTHER_PRODUCT_ID = Identifier("other_product_id", 5117, "The product to compare it with.")
CAMPAIGN_ID = Name("campaign_id", "spring_rotation", "The campaign.")
EXPERIMENT_ID = Name("experiment_id", "mail_example", "The experiment.")
CUSTOMER_ID = Identifier("customer_id", 404139, "The customer, with their id in the log.")


def identifier(name: str, value: object, release: Release) -> ProductId:
    """An id, in the type of the release.

    Args:
        name: of the parameter, for the message.
        value: what the request has: text, or a JSON value.
        release: decides the type of ids.

    Raises:
        Problem: the value is not a valid id.
    """
    if release.has_text_ids:
        if not isinstance(value, str) or not value.strip() or len(value) > LONGEST_ID:
            raise invalid_parameter(name, value, f"text of 1 to {LONGEST_ID} characters")
        return value
    if isinstance(value, str) and WHOLE_NUMBER.fullmatch(value):
        value = int(value)
    if (
        isinstance(value, bool)
        or not isinstance(value, int)
        or not -(2**63) <= value < 2**63
    ):
        raise invalid_parameter(name, value, "a whole number of 64 bits")
    return value


def _is_utf8(url: bytes) -> bool:
    try:
        unquote_to_bytes(url).decode()
    except UnicodeDecodeError:
        return False
    return True
