"""The examples in the API's documentation are what the API answers, shortened."""

import json
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from api.documentation import EXAMPLES
from scripts.maintenance.api_examples import (
    LINES,
    LONGEST,
    MEMBERS,
    SHOWN,
    ExampleError,
    calls,
    example,
    shortened,
    write_examples,
)
from scripts.releases.running_api import running_api
from tests.conftest import FinishedBuild

FILES = sorted(path.name for path in EXAMPLES.iterdir())


@pytest.fixture(scope="module")
def url(dirty_build: FinishedBuild) -> Iterator[str]:
    with running_api(dirty_build.folder, ["api"], workers=1) as api:
        yield api.url


@pytest.fixture(scope="module")
def written(url: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the examples over a small log."""
    folder = tmp_path_factory.mktemp("examples")
    with urllib.request.urlopen(f"{url}/recommend/42?n=1") as answer:
        first = json.loads(answer.read())["recommendations"][0]["customer_id"]
    paths = write_examples(url, folder, customer_id=first)
    assert sorted(path.name for path in paths) == FILES
    return folder


def differences(example: Any, answer: Any, place: str = "") -> list[str]:
    """Where an example and an answer about another log do not have the same members."""
    if isinstance(example, dict) and isinstance(answer, dict):
        if set(example) != set(answer) and place.rpartition(".")[2] not in MEMBERS:
            return [f"{place}: {sorted(set(example) ^ set(answer))}"]
        return [
            difference
            for name in example.keys() & answer.keys()
            for difference in differences(example[name], answer[name], f"{place}.{name}")
        ]
    if isinstance(example, list) and isinstance(answer, list):
        pairs = zip(example[:1], answer[:1], strict=False)
        return [found for pair in pairs for found in differences(*pair, f"{place}[]")]
    if example is None or answer is None:
        return []
    numbers = (int, float)
    is_number = isinstance(example, numbers) and isinstance(answer, numbers)
    return [] if is_number or type(example) is type(answer) else [f"{place}: another type"]


def test_every_example_has_a_call() -> None:
    assert sorted(call.file_name for call in calls()) == FILES


def test_calls_are_those_that_the_documentation_shows() -> None:
    found = {call.file_name: call for call in calls(customer_id="a/b")}
    assert found["audience.json"].path == "/recommend/42?n=2"
    assert found["customer.json"].path == "/customers/a%2Fb"
    assert found["batch.json"].body == b'{"product_ids": [42], "n": 2}'
    assert found["health.json"].body is None
    assert list(found)[-2:] == ["document.json", "metrics.txt"]


@pytest.mark.parametrize("name", FILES)
def test_an_example_is_as_the_command_writes_it(name: str) -> None:
    text = (EXAMPLES / name).read_text(encoding="utf-8")
    assert text == example(name, text), "run `audience maintenance examples`"


@pytest.mark.parametrize("name", [name for name in FILES if name.endswith(".json")])
def test_an_example_has_the_members_of_an_answer(written: Path, name: str) -> None:
    shown, answer = (
        json.loads((folder / name).read_text(encoding="utf-8"))
        for folder in (EXAMPLES, written)
    )
    assert differences(shown, answer) == []


def test_long_lists_and_members_are_shortened() -> None:
    rows = [{"rows": list(range(LONGEST + 1))}] * LONGEST
    assert shortened(rows) == [{"rows": list(range(SHOWN))}] * LONGEST
    counts = {f"table_{number}": number for number in range(9)}
    assert shortened({"row_counts": counts, "features": counts}) == {
        "row_counts": {"table_0": 0, "table_1": 1, "table_2": 2},
        "features": counts,
    }
    assert example("export.csv", "a\n" * 9) == "a\n" * LINES


def test_a_call_that_fails_says_what_to_do(url: str, tmp_path: Path) -> None:
    with pytest.raises(ExampleError, match=r"/customers/none: 422, .* `audience evidence`"):
        write_examples(url, tmp_path, customer_id="none")
    with pytest.raises(ExampleError, match="no answer"):
        write_examples("http://127.0.0.1:9", tmp_path)
