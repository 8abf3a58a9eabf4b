"""Links and pictures of all documentation lead somewhere, headings included."""

import re
from pathlib import Path

import pytest

from scripts.build_folder import PROJECT

IGNORED = {"build", "target", "node_modules"}
PAGES = sorted(
    str(path.relative_to(PROJECT))
    for path in PROJECT.rglob("*.md")
    if not any(
        part in IGNORED or (part.startswith(".") and part != ".github")
        for part in path.relative_to(PROJECT).parts
    )
)
LINK = re.compile(r"\]\(([^)\s]+)\)|<img [^>]*src=\"([^\"]+)\"")


def links(page: Path) -> list[str]:
    """Links and pictures of a page that point into the project."""
    text = re.sub(r"(?ms)^```.*?^```$", "", page.read_text(encoding="utf-8"))
    targets = [link or picture for link, picture in LINK.findall(text)]
    return [target for target in targets if "://" not in target]


def anchors(page: Path) -> set[str]:
    """The anchors that GitHub gives to the headings of a page."""
    headings = re.findall(r"(?m)^#+ (.+)$", page.read_text(encoding="utf-8"))
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in headings}


def is_there(page: Path, target: str) -> bool:
    file, _, anchor = target.partition("#")
    path = (page.parent / file).resolve() if file else page
    return path.exists() and (not anchor or anchor in anchors(path))


def test_the_documentation_is_where_readers_look_for_it() -> None:
    readmes = {page for page in PAGES if page.endswith("README.md")}
    assert readmes == {"README.md", "docs/README.md"}
    assert {"CONTRIBUTING.md", "CHANGELOG.md", "docs/api.md"} <= set(PAGES)


@pytest.mark.parametrize("name", PAGES)
def test_links_and_pictures_lead_somewhere(name: str) -> None:
    page = PROJECT / name
    assert [target for target in links(page) if not is_there(page, target)] == []


def test_a_broken_link_is_found(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("# A title\n[a](#a-title) [b](#other) [c](missing.md)\n")
    assert [is_there(page, target) for target in links(page)] == [True, False, False]


def test_every_page_is_reached_from_the_readme() -> None:
    reached: set[Path] = set()
    to_read = [PROJECT / "README.md"]
    while to_read:
        page = to_read.pop()
        if page not in reached and page.suffix == ".md":
            reached.add(page)
            to_read += [
                (page.parent / target.partition("#")[0]).resolve()
                for target in links(page)
                if target.partition("#")[0]
            ]
    pages = {PROJECT / name for name in PAGES if name.startswith(("docs/", "scripts/"))}
    assert len(pages) > 12
    assert pages - reached == set()


def test_every_picture_is_shown() -> None:
    shown = {
        (page.parent / target).resolve()
        for page in (PROJECT / name for name in PAGES)
        for target in links(page)
    }
    pictures = set((PROJECT / "docs" / "images").iterdir())
    assert pictures
    assert pictures - shown == set()
