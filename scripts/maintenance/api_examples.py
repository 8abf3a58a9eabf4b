"""The examples in the API's documentation, from the answers of a running API.

`audience maintenance examples` writes them: each is the answer to the call that the
documentation shows, with its long lists shortened.
"""

import functools
import json
import re
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from sanic import Sanic

from api.application import create_app
from api.documentation import Operation
from api.settings import Settings
from scripts.reported_error import ReportedError

# The parameters of a call whose defaults give a long answer.
QUERIES: dict[str, dict[str, str | int]] = {
    "audience.json": {"n": 2},
    "campaign_audience.json": {"n": 1},
    "customer_products.json": {"n": 2},
    "export.csv": {"n": 2},
    "found_products.json": {"q": "vase", "n": 2},
    "overlap.json": {"n": 2},
    "product_sample.json": {"n": 3},
}
# The document has the other examples in it, the metrics count the other calls.
LAST = ("document.json", "metrics.txt")
LONGEST, SHOWN = 4, 2  # A longer list shows its first entries.
# Entries shown of long members that are no lists.
MEMBERS = {"endpoints": 2, "row_counts": 3, "paths": 0, "components": 0}
METRIC, LINES = "audience_requests_total", 4


class ExampleError(ReportedError):
    """A call does not answer; the message says what to do."""


@dataclass(frozen=True)
class Call:
    """The call of an example.

    Attributes:
        file_name: of the example.
        path: with its parameters.
        body: of a POST request; None if it is a GET request.
    """

    file_name: str
    path: str
    body: bytes | None

    def answer(self, url: str) -> str:
        """The answer of the API at a URL.

        Raises:
            ExampleError: it is an error, or there is none.
        """
        headers = {"content-type": "application/json"}
        request = urllib.request.Request(  # noqa: S310
            f"{url}{self.path}", self.body, headers
        )
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310
                text: str = answer.read().decode()
                return text
        except urllib.error.HTTPError as error:
            found = f"{error.code}, expected 200"
        except OSError as error:
            found = f"no answer ({error})"
        raise ExampleError(
            f"{self.path}: {found}; serve a release of the generated log:"
            " run `audience evidence`"
        )


@functools.cache
def application() -> Sanic[Any, Any]:
    """An application that is not started; Sanic knows one of a name."""
    return create_app(Settings())


def calls(**identifiers: object) -> Iterator[Call]:
    """The calls of all examples, in the order in which to make them.

    Args:
        identifiers: ids for the paths, in place of those that the documentation shows.
    """
    found = []
    for route in application().router.routes:
        operation: Operation = route.handler.operation
        if not (operation.example and operation.is_listed):
            continue
        shown = {
            parameter.name: parameter.example
            for parameter in operation.parameters
            if parameter.place == "path"
        }

        def part(match: re.Match[str], ids: dict[str, Any] = shown | identifiers) -> str:
            return quote(str(ids[match[1]]), safe="")

        path = "/" + re.sub(r"<(\w+):\w+>", part, route.path)
        query = urlencode(QUERIES.get(operation.example, {}))
        body = json.dumps(operation.body_example).encode() if operation.body else None
        found.append(Call(operation.example, f"{path}?{query}" if query else path, body))
    return iter(sorted(found, key=lambda call: (call.file_name in LAST, call.file_name)))


def shortened(value: Any, name: str = "") -> Any:
    """A part of an answer with its long lists shortened.

    Args:
        value: the part.
        name: of the member of the answer that holds it.
    """
    if isinstance(value, list):
        kept = value if len(value) <= LONGEST else value[:SHOWN]
        return [shortened(entry) for entry in kept]
    if isinstance(value, dict):
        members = list(value.items())[: MEMBERS.get(name)]
        return {member: shortened(entry, member) for member, entry in members}
    return value


def example(file_name: str, answer: str) -> str:
    """The text of an example.

    Args:
        file_name: its name ends in `.json` if the answer is JSON.
        answer: the whole answer.
    """
    if file_name.endswith(".json"):
        body = shortened(json.loads(answer))
        return json.dumps(body, indent=2, ensure_ascii=False) + "\n"
    lines = answer.splitlines(keepends=True)
    if file_name == "metrics.txt":
        lines = [line for line in lines if METRIC in line]
    return "".join(lines[:LINES])


def write_examples(url: str, folder: Path, **identifiers: object) -> list[Path]:
    """Write the example of each call.

    Args:
        url: the address of a server over a release of the generated log.
        folder: where to write.
        identifiers: ids for the paths, in place of those that the documentation shows.

    Raises:
        ExampleError: a call does not answer.
    """
    written = []
    for call in calls(**identifiers):
        written.append(folder / call.file_name)
        text = example(call.file_name, call.answer(url))
        written[-1].write_text(text, encoding="utf-8")
    return written
