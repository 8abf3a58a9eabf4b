"""The documentation is short, opens with the reader's task, and names what exists."""

import re
from pathlib import Path

import pytest

from scripts.build_folder import PROJECT
from scripts.cli.main import audience

README = PROJECT / "README.md"
PAGES = sorted((PROJECT / "docs").glob("*.md"))
GUIDES = [README, PROJECT / "CONTRIBUTING.md", PROJECT / "CHANGELOG.md", *PAGES]
README_WORDS = 1000
OPENING = "After this page you can "
# Words of relative clauses that make readers decode a sentence.
RIDDLES = re.compile(
    # A reason in campaign_shortfalls is data that others read.
    r"\b(?:whoever|nobody(?! suits)|somebody|anew|beside|be meant)\b",
    re.IGNORECASE,
)
PLAIN = (
    "api",
    "analyses",
    "deploy",
    "macros",
    "mappings",
    "models",
    "scripts",
    "seeds",
    "tests",
)
FENCE = re.compile(r"(?ms)^```.*?^```$")
# In a block a command follows a prompt, blanks, variables or a path, or begins the line.
COMMAND = re.compile(
    r"(?m)^(?:\$ | |[A-Z_]+=\S+ )*(?:\S+/)?audience ([a-z]+)(?: ([a-z-]+))?"
)
SPAN = re.compile(r"`audience ([a-z]+)(?: ([a-z-]+))?")


def file_name(path: Path) -> str:
    return path.name


def test_the_readme_is_read_in_ten_minutes() -> None:
    assert len(README.read_text().split()) <= README_WORDS


@pytest.mark.parametrize("page", PAGES, ids=file_name)
def test_a_page_opens_with_what_the_reader_can_do(page: Path) -> None:
    title, opening, *_ = page.read_text().split("\n\n")
    assert re.fullmatch(r"# .+", title)
    assert opening.startswith(OPENING)
    assert opening.endswith((".", "?"))


@pytest.mark.parametrize("page", GUIDES, ids=file_name)
def test_a_page_is_in_plain_words(page: Path) -> None:
    assert RIDDLES.findall(page.read_text()) == []


@pytest.mark.parametrize("folder", PLAIN)
def test_code_is_in_plain_words(folder: str) -> None:
    files = [
        file
        for file in sorted((PROJECT / folder).rglob("*"))
        if file.suffix in (".py", ".sql", ".yml", ".js", ".html", ".md", ".csv")
        and file != Path(__file__)
    ]
    assert files
    found = {
        f"{file.relative_to(PROJECT)}: {line.strip()}"
        for file in files
        for line in file.read_text(encoding="utf-8").splitlines()
        if RIDDLES.search(line.replace("_", " "))
    }
    assert found == set()


@pytest.mark.parametrize("page", GUIDES, ids=file_name)
def test_a_page_names_targets_that_exist(page: Path) -> None:
    makefile = (PROJECT / "Makefile").read_text()
    targets = set(re.findall(r"(?m)^([a-z0-9-]+):", makefile))
    named = set(
        re.findall(r"(?:`|^|\$ )make ([a-z][a-z0-9-]*)", page.read_text(), re.MULTILINE)
    )
    assert named <= targets


@pytest.mark.parametrize("page", GUIDES, ids=file_name)
def test_a_page_names_commands_that_exist(page: Path) -> None:
    commands = audience.commands
    text = page.read_text()
    named = COMMAND.findall("\n".join(FENCE.findall(text))) + SPAN.findall(text)
    for command, word in named:
        assert command in commands
        below = getattr(commands[command], "commands", {})
        assert not below or not word or word in below, f"{command} {word}"


def test_the_index_has_one_line_per_page() -> None:
    index = (PROJECT / "docs" / "README.md").read_text()
    listed = re.findall(r"(?m)^- \[[^\]]+\]\(([\w-]+\.md)\): .+\.$", index)
    assert sorted(listed) == sorted(page.name for page in PAGES if page.name != "README.md")


def test_the_license_is_the_one_of_the_package() -> None:
    assert "Apache License\n" in (PROJECT / "LICENSE").read_text()
    package = (PROJECT / "pyproject.toml").read_text()
    assert '\nlicense = "Apache-2.0"\nlicense-files = ["LICENSE"]\n' in package


def test_the_workflow_runs_what_everyone_can_run() -> None:
    workflow = (PROJECT / ".github" / "workflows" / "ci.yml").read_text()
    parts = "${{ matrix.part }}"
    assert re.findall(r"(?m)^ +- run: (.+)$", workflow) == [
        f"bash .ci/run {parts}",
        "bash .ci/run long",
    ]
    assert re.findall(r"(?m)^ +part: (.+)$", workflow) == ['["", spark]']
    script = (PROJECT / ".ci" / "run").read_text()
    assert re.findall(r"(?m)^    (\S+)\) make (\S+)", script) == [
        ('""', "test-ci"),
        ("spark", "test-spark"),
        ("long", "test-long"),
    ]
