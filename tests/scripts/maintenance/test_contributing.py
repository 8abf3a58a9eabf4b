"""What contributors read and what their tools read: it names what is there."""

import re
import shlex
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from scripts.build_folder import PROJECT

LONGEST_MODULE, LONGEST_TEST_MODULE, LONGEST_MACRO = 250, 400, 80
MACRO = re.compile(r"{%-? *macro +(\w+).*?endmacro *-?%}", re.DOTALL)
FORMS = sorted((PROJECT / ".github" / "ISSUE_TEMPLATE").glob("*.yml"))
ELEMENTS = {"markdown", "textarea", "input", "dropdown", "checkboxes"}


def read_yaml(path: Path) -> Any:
    return yaml.safe_load(path.read_text())


def test_the_changelog_has_the_version_that_is_or_is_to_be() -> None:
    text = (PROJECT / "CHANGELOG.md").read_text()
    headings = re.findall(r"(?m)^## \[(.+?)\](?: - (\d{4}-\d{2}-\d{2}))?$", text)
    assert headings[0] == ("Unreleased", "")
    assert len(headings) == len(re.findall(r"(?m)^## ", text))
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", name) and day for name, day in headings[1:])
    version = tomllib.loads((PROJECT / "pyproject.toml").read_text())["project"]["version"]
    released = [name for name, _ in headings[1:]]
    assert version in released[:1] or f"This will be {version}," in text
    kinds = set(re.findall(r"(?m)^### (.+)$", text))
    assert kinds <= {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}


def test_contributors_are_sent_to_what_is_there() -> None:
    text = (PROJECT / "CONTRIBUTING.md").read_text()
    paths = re.findall(r"`((?:api|macros|models|scripts|seeds|tests)/[\w/.]+)`", text)
    assert len(paths) > 10
    assert [path for path in paths if not (PROJECT / path).exists()] == []
    targets = set(re.findall(r"(?m)^([a-z0-9-]+):", (PROJECT / "Makefile").read_text()))
    named = set(re.findall(r"(?:`|^)make ([a-z0-9-]+)", text, re.MULTILINE))
    assert len(named) >= 7
    assert named <= targets


def test_hooks_are_those_of_make_lint_and_download_nothing() -> None:
    (repository,) = read_yaml(PROJECT / ".pre-commit-config.yaml")["repos"]
    assert repository["repo"] == "local"
    makefile = (PROJECT / "Makefile").read_text()
    linted = re.findall(
        r"(?m)^\t@\$\(BIN\)/(ruff check|ruff format --check|mypy)", makefile
    )
    entries = []
    for hook in repository["hooks"]:
        assert hook["language"] == "system"
        assert "additional_dependencies" not in hook
        entries.append(" ".join(shlex.split(hook["entry"])))
    for program in {*linted, "make --silent lint-sql"}:
        assert any(program in entry for entry in entries), program
    assert "\nlint-sql: " in makefile


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.stem)
def test_an_issue_form_has_what_it_must_have(form: Path) -> None:
    found = read_yaml(form)
    assert {"name", "description", "body"} <= found.keys()
    assert found.keys() <= {"name", "description", "body", "labels", "title", "assignees"}
    questions = [element for element in found["body"] if element["type"] != "markdown"]
    assert questions
    for element in found["body"]:
        assert element["type"] in ELEMENTS
        assert element.keys() <= {"type", "id", "attributes", "validations"}
        key = "value" if element["type"] == "markdown" else "label"
        assert element["attributes"][key].strip()
    ids = [element["id"] for element in questions]
    assert len(ids) == len(set(ids))
    assert all(re.fullmatch(r"[A-Za-z0-9_-]+", name) for name in ids)
    labels = [element["attributes"]["label"] for element in questions]
    assert len(labels) == len(set(labels))
    assert any(element["validations"]["required"] is True for element in questions)


def test_there_are_forms_for_bugs_and_questions_and_a_template_for_changes() -> None:
    assert [form.stem for form in FORMS] == ["bug_report", "question"]
    template = (PROJECT / ".github" / "pull_request_template.md").read_text()
    assert template.count("- [ ]") == 3


def test_no_module_and_no_macro_is_long() -> None:
    longest = {"api": LONGEST_MODULE, "scripts": LONGEST_MODULE}
    modules = {
        str(file.relative_to(PROJECT)): len(file.read_text().splitlines())
        for folder in (*longest, "tests")
        for file in (PROJECT / folder).rglob("*.py")
    }
    assert len(modules) > 300
    assert {
        name: lines
        for name, lines in modules.items()
        if lines > longest.get(name.split("/")[0], LONGEST_TEST_MODULE)
    } == {}
    macros = {
        found[1]: found[0].count("\n") + 1
        for file in (PROJECT / "macros").rglob("*.sql")
        for found in MACRO.finditer(file.read_text())
    }
    assert len(macros) > 100
    assert {name: lines for name, lines in macros.items() if lines > LONGEST_MACRO} == {}
