"""Parameters of requests: how the document shows them, and what a request has of them."""

import base64
import json
import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote_to_bytes

from sanic import Request

from api.blocks import ProductId
from api.problems import Problem, invalid_parameter
from api.release import Release
from api.responses import as_json

WHOLE_NUMBER = re.compile(r"[+-]?[0-9]{1,19}")
LONGEST_ID = 4096


@dataclass(frozen=True)
class WholeNumber:
    """A whole number of the query.

    Attributes:
        low, high: its bounds.
    """

    name: str
    default: int
    low: int
    high: int
    meaning: str
    place = "query"

    @property
    def example(self) -> int:
        """A value."""
        return self.default

    @property
    def schema(self) -> dict[str, Any]:
        """Its JSON schema."""
        return {
            "type": "integer",
            "default": self.default,
            "minimum": self.low,
            "maximum": self.high,
        }

    def read(self, request: Request) -> int:
        """The number that a request has.

        Raises:
            Problem: it is none, or out of bounds.
        """
        text = _only(request, self.name)
        if text is None:
            return self.default
        number = int(text) if WHOLE_NUMBER.fullmatch(text) else None
        if number is None or not self.low <= number <= self.high:
            raise invalid_parameter(
                self.name, text, f"a whole number from {self.low} to {self.high}"
            )
        return number


@dataclass(frozen=True)
class Choice:
    """One of several words of the query; the first is the default."""

    name: str
    choices: tuple[str, ...]
    meaning: str
    place = "query"

    @property
    def example(self) -> str:
        """A value."""
        return self.choices[0]

    @property
    def schema(self) -> dict[str, Any]:
        """Its JSON schema."""
        return {"type": "string", "enum": list(self.choices), "default": self.choices[0]}

    def read(self, request: Request) -> str:
        """The word that a request has.

        Raises:
            Problem: it is another.
        """
        text = _only(request, self.name)
        if text is not None and text not in self.choices:
            raise invalid_parameter(self.name, text, f"one of {', '.join(self.choices)}")
        return text or self.choices[0]


@dataclass(frozen=True)
class Identifier:
    """An id of a product or a customer in the path."""

    name: str
    example: int
    meaning: str
    place = "path"

    @property
    def schema(self) -> dict[str, Any]:
        """Its JSON schema: which of the two it is depends on the release."""
        return {"anyOf": [{"type": "integer"}, {"type": "string"}]}

    def read(self, request: Request, text: str, release: Release) -> ProductId:
        """The id that a request has.

        Args:
            request: the request.
            text: what Sanic has decoded of its path.
            release: says of which type ids are.

        Raises:
            Problem: it cannot be one.
        """
        # What stands for bytes that are no text can also be sent as itself.
        if "\ufffd" in text and not _is_text(request.raw_url):
            raise invalid_parameter(self.name, text, "percent-encoded UTF-8")
        return identifier(self.name, text, release)


@dataclass(frozen=True)
class Name:
    """A short name in the path."""

    name: str
    example: str
    meaning: str
    place = "path"

    @property
    def schema(self) -> dict[str, Any]:
        """Its JSON schema."""
        return {"type": "string"}


@dataclass(frozen=True)
class Filter:
    """An id in the query that narrows the answer; without it, it does not."""

    identifier: Identifier
    place = "query"

    @property
    def name(self) -> str:
        """As in the query."""
        return self.identifier.name

    @property
    def example(self) -> None:
        """None: without it the answer is whole."""
        return None

    @property
    def meaning(self) -> str:
        """What it does."""
        return f"Only this one. {self.identifier.meaning}"

    @property
    def schema(self) -> dict[str, Any]:
        """Its JSON schema."""
        return self.identifier.schema

    def read(self, request: Request, release: Release) -> ProductId | None:
        """The id that a request has, if any.

        Raises:
            Problem: it cannot be one.
        """
        text = _only(request, self.name)
        return None if text is None else self.identifier.read(request, text, release)


@dataclass(frozen=True)
class Text:
    """What to look for, in the query.

    Attributes:
        longest: characters.
    """

    name: str
    example: str
    longest: int
    meaning: str
    place = "query"

    @property
    def schema(self) -> dict[str, Any]:
        """Its JSON schema."""
        return {"type": "string", "default": "", "maxLength": self.longest}

    def read(self, request: Request) -> str:
        """The text that a request has, without blanks around it; empty if it has none.

        Raises:
            Problem: it is too long.
        """
        text = (_only(request, self.name) or "").strip()
        if len(text) > self.longest:
            raise invalid_parameter(
                self.name, text, f"text of at most {self.longest} characters"
            )
        return text


@dataclass(frozen=True)
class Cursor:
    """Where a page begins: `next` of the page before."""

    name: str
    meaning: str
    place = "query"
    example = None

    @property
    def schema(self) -> dict[str, Any]:
        """Its JSON schema."""
        return {"type": "string"}

    def read(
        self, request: Request, release: Release, campaign_id: str
    ) -> tuple[ProductId, int] | None:
        """Product and rank of the last row of the page before; None for the first page.

        Raises:
            Problem: no page of this campaign and release says so.
        """
        text = _only(request, self.name)
        if text is None:
            return None
        try:
            *_, product, rank = json.loads(base64.urlsafe_b64decode(text))
            if type(rank) is int and 0 < rank < 2**63:
                product = identifier(self.name, product, release)
                # Ranks move between releases: pages of two would lose and repeat rows.
                if text == self.write(release, campaign_id, product, rank):
                    return product, rank
        except (ValueError, TypeError, RecursionError, Problem):
            pass
        raise invalid_parameter(
            self.name,
            text,
            f"`next` of a page of {campaign_id} in {release.release_id}, as it was;"
            " without it the pages begin anew",
        )

    @staticmethod
    def write(release: Release, campaign_id: str, product: ProductId, rank: int) -> str:
        """The cursor of a row."""
        place = as_json([release.release_id, campaign_id, product, rank])
        return base64.urlsafe_b64encode(place).decode()


Parameter = WholeNumber | Choice | Identifier | Name | Filter | Text | Cursor

PRODUCT_ID = Identifier("product_id", 42, "The product, as the log names it.")
OTHER_PRODUCT_ID = Identifier("other_product_id", 5117, "The product to compare it with.")
CAMPAIGN_ID = Name("campaign_id", "spring_rotation", "The campaign.")
EXPERIMENT_ID = Name("experiment_id", "mail_example", "The experiment.")
CUSTOMER_ID = Identifier("customer_id", 83776, "The customer, as the log names it.")


def identifier(name: str, value: object, release: Release) -> ProductId:
    """An id of the type that the release has.

    Raises:
        Problem: it cannot be one.
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


def _only(request: Request, name: str) -> str | None:
    if not request.query_string:
        return None
    values = request.get_args(keep_blank_values=True).getlist(name) or []
    if len(values) > 1:
        raise invalid_parameter(name, ", ".join(values), "one value")
    return str(values[0]) if values else None


def _is_text(url: bytes) -> bool:
    try:
        unquote_to_bytes(url).decode()
    except UnicodeDecodeError:
        return False
    return True
