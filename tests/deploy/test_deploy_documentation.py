"""docs/operations.md lists the files of deploy/ and the alerts, and nothing else."""

import re

from scripts.build_folder import PROJECT
from tests.promql import rules

DEPLOY = PROJECT / "deploy"
PAGE = (PROJECT / "docs" / "operations.md").read_text()


def rows(heading: str) -> list[list[str]]:
    """The cells of the table that begins with a heading."""
    table = PAGE.split(f"| {heading} |", 1)[1].split("\n\n", 1)[0]
    return [line.strip("| ").split(" | ") for line in table.splitlines()[2:]]


def test_the_table_has_every_file() -> None:
    listed = [name for row in rows("file") for name in re.findall(r"`([^`]+)`", row[0])]
    there = [
        str(path.relative_to(DEPLOY))
        for path in DEPLOY.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    ]
    assert sorted(listed) == sorted(there)


def test_the_table_has_every_alert() -> None:
    listed = [name for row in rows("alert") for name in re.findall(r"`([^`]+)`", row[0])]
    assert sorted(listed) == sorted({rule["alert"] for rule in rules() if "alert" in rule})


def test_commands_name_files_that_are_there() -> None:
    for name in re.findall(r"(?<![\w/])deploy/[\w/.*-]+", PAGE):
        assert list(PROJECT.glob(name)), name


def test_files_are_short() -> None:
    for path in [*DEPLOY.rglob("*.yaml"), *DEPLOY.rglob("*.yml")]:
        assert len(path.read_text().splitlines()) <= 300, path
