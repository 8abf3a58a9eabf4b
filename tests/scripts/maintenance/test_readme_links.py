"""What the READMEs link to is there."""

import re
from pathlib import Path

import pytest

from scripts.build_folder import PROJECT

ROOMS = (
    "",
    "api",
    "deploy",
    "deploy/bi",
    "models/marts/campaigns",
    "models/marts/experiments",
)


def test_every_readme_is_looked_at() -> None:
    ignored = {"build", ".venv", ".git", ".pytest_cache", "node_modules"}
    found = {
        str(file.parent.relative_to(PROJECT)).removeprefix(".")
        for file in PROJECT.rglob("README.md")
        if not ignored & set(file.relative_to(PROJECT).parts)
    }
    assert found == set(ROOMS)


@pytest.mark.parametrize("room", ROOMS)
def test_links_and_pictures_lead_somewhere(room: str) -> None:
    readme = PROJECT / room / "README.md"
    text = readme.read_text(encoding="utf-8")
    links = re.findall(r"\]\(([^)\s]+)\)|<img [^>]*src=\"([^\"]+)\"", text)
    targets = [link or picture for link, picture in links]
    local = [target for target in targets if "://" not in target]
    missing = [
        target
        for target in local
        if not (readme.parent / Path(target.partition("#")[0])).exists()
    ]
    assert missing == []
