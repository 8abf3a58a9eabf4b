"""Attributes of a product in the query string, such as `?category=lamps`."""

from dataclasses import dataclass
from typing import Any

from sanic import Request

from api.identifiers import LONGEST_ID
from api.problems import invalid_parameter
from api.query_values import only_value


@dataclass(frozen=True)
class Attributes:
    """Every parameter that is no other parameter of the call."""

    meaning: str
    others: tuple[str, ...]
    name = "attributes"
    place = "query"

    @property
    def example(self) -> dict[str, str]:
        """None of them: the names depend on the release."""
        return {}

    @property
    def schema(self) -> dict[str, Any]:
        """Its JSON schema: each member is a parameter of its own."""
        return {"type": "object", "additionalProperties": {"type": "string"}}

    def read(self, request: Request, known: tuple[str, ...]) -> dict[str, str]:
        """Value by name of attribute.

        Args:
            request: the request.
            known: the names of the attributes of the release.

        Raises:
            Problem: a name is unknown, or a value is empty or too long.
        """
        if not request.query_string:
            return {}
        found = {}
        for name in request.get_args(keep_blank_values=True):
            if name in self.others:
                continue
            value = (only_value(request, name) or "").strip()
            attribute = name.strip().lower()
            if attribute not in known:
                raise invalid_parameter(
                    name,
                    value,
                    f"one of the parameters {', '.join((*self.others, *known))}"
                    if known
                    else f"one of the parameters {', '.join(self.others)}: this release"
                    " has no attributes of products",
                )
            if not 0 < len(value) <= LONGEST_ID:
                raise invalid_parameter(
                    name, value, f"text of 1 to {LONGEST_ID} characters"
                )
            found[attribute] = value
        return found
