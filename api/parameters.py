"""Parameters of requests, checked."""

import re

from sanic import Request

from api.audiences import ProductId
from api.problems import invalid_parameter
from api.release import Release

WHOLE_NUMBER = re.compile(r"[+-]?[0-9]{1,19}")
LONGEST_ID = 256


def whole_number(request: Request, name: str, default: int, low: int, high: int) -> int:
    """A whole number of the query.

    Raises:
        Problem: it is none, or out of bounds.
    """
    if not request.query_string:
        return default
    text = _only(request, name)
    if text is None:
        return default
    number = int(text) if WHOLE_NUMBER.fullmatch(text) else None
    if number is None or not low <= number <= high:
        raise invalid_parameter(name, text, f"a whole number from {low} to {high}")
    return number


def choice(request: Request, name: str, choices: tuple[str, ...]) -> str:
    """One of several words of the query; the first is the default.

    Raises:
        Problem: it is another.
    """
    text = _only(request, name) if request.query_string else None
    if text is not None and text not in choices:
        raise invalid_parameter(name, text, f"one of {', '.join(choices)}")
    return text or choices[0]


def identifier(name: str, value: object, release: Release) -> ProductId:
    """An id of a product or a customer, of the type that the release has.

    Raises:
        Problem: it cannot be one.
    """
    if release.has_text_ids:
        text = str(value)
        if not isinstance(value, str) or not text.strip() or len(text) > LONGEST_ID:
            raise invalid_parameter(name, value, f"text of 1 to {LONGEST_ID} characters")
        return text
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
    values = request.get_args(keep_blank_values=True).getlist(name) or []
    if len(values) > 1:
        raise invalid_parameter(name, ", ".join(values), "one value")
    return str(values[0]) if values else None
