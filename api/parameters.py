"""Parameters of the query string: how the document shows them, and how they are read."""

import base64
import json
from dataclasses import dataclass
from typing import Any

from sanic import Request

from api.attribute_parameters import Attributes
from api.blocks import ProductId
from api.identifiers import WHOLE_NUMBER, Identifier, Name, identifier
from api.problems import Problem, invalid_parameter
from api.query_values import only_value
from api.release import Release
from api.responses import as_json


@dataclass(frozen=True)
class WholeNumber:
    """A whole number.

    Attributes:
        low, high: the smallest and the largest valid number.
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
        """The number in a request, or the default.

        Raises:
            Problem: it is not a whole number, or out of bounds.
        """
        text = only_value(request, self.name)
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
    """One of several words; the first is the default."""

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
        """The word in a request, or the default.

        Raises:
            Problem: it is not one of the choices.
        """
        text = only_value(request, self.name)
        if text is not None and text not in self.choices:
            raise invalid_parameter(self.name, text, f"one of {', '.join(self.choices)}")
        return text or self.choices[0]


@dataclass(frozen=True)
class Filter:
    """An id that restricts the answer to its rows; without it the answer has all rows."""

    identifier: Identifier
    place = "query"

    @property
    def name(self) -> str:
        """The name of the parameter."""
        return self.identifier.name

    @property
    def example(self) -> None:
        """None: the example has all rows."""
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
        """The id in a request, if there is one.

        Raises:
            Problem: it is not a valid id.
        """
        text = only_value(request, self.name)
        return None if text is None else self.identifier.read(request, text, release)


@dataclass(frozen=True)
class Text:
    """A text to search for.

    Attributes:
        longest: the largest number of characters.
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
        """The text in a request without surrounding blanks; empty by default.

        Raises:
            Problem: it is too long.
        """
        text = (only_value(request, self.name) or "").strip()
        if len(text) > self.longest:
            raise invalid_parameter(
                self.name, text, f"text of at most {self.longest} characters"
            )
        return text


@dataclass(frozen=True)
class Cursor:
    """The start of a page: `next` of the page before."""

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
            Problem: the cursor is not from a page of this campaign and release.
        """
        text = only_value(request, self.name)
        if text is None:
            return None
        try:
            *_, product, rank = json.loads(base64.urlsafe_b64decode(text))
            if type(rank) is int and 0 < rank < 2**63:
                product = identifier(self.name, product, release)
                # Ranks differ between releases: pages of two would lose and repeat rows.
                if text == self.write(release, campaign_id, product, rank):
                    return product, rank
        except (ValueError, TypeError, RecursionError, Problem):
            pass
        raise invalid_parameter(
            self.name,
            text,
            f"an unchanged `next` of a page of {campaign_id} in {release.release_id};"
            " without `after` you get the first page",
        )

    @staticmethod
    def write(release: Release, campaign_id: str, product: ProductId, rank: int) -> str:
        """The cursor of a row."""
        place = as_json([release.release_id, campaign_id, product, rank])
        return base64.urlsafe_b64encode(place).decode()


Parameter = WholeNumber | Choice | Identifier | Name | Filter | Text | Cursor | Attributes
