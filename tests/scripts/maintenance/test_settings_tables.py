"""The docs show each setting as it is declared."""

import re
from pathlib import Path

import pytest

from scripts.build_folder import PROJECT
from scripts.maintenance.settings_tables import (
    MARKED,
    TABLES,
    UnknownTableError,
    docs_pages,
    with_tables,
    write_tables,
)

DOCS = PROJECT / "docs"
PAGES = [page for page in docs_pages() if "<!-- settings:" in page.read_text("utf-8")]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_page_shows_the_settings_as_they_are_declared(page: Path) -> None:
    text = page.read_text("utf-8")
    assert len(MARKED.findall(text)) == text.count("<!-- settings:")
    assert text == with_tables(text), "run `audience maintenance settings`"


def test_the_docs_show_every_setting() -> None:
    shown = {found["name"] for page in PAGES for found in MARKED.finditer(page.read_text())}
    own_log = (DOCS / "own-log.md").read_text()
    on_own_log = {found["name"] for found in MARKED.finditer(own_log)}
    for names, pages in (("build", on_own_log), ("environment", shown)):
        fields = {field for name in pages for field in TABLES[name].model_fields}
        assert set(TABLES[names].model_fields) <= fields


@pytest.mark.parametrize("name", TABLES)
def test_a_table_has_a_row_for_each_setting(name: str) -> None:
    page = with_tables(f"before\n<!-- settings: {name} -->\nold\n<!-- end -->\nafter\n")
    assert page == with_tables(page)
    before, begin, header, line, *rows, end, after = page.splitlines()
    assert (before, after, end) == ("before", "after", "<!-- end -->")
    assert begin == f"<!-- settings: {name} -->"
    assert re.fullmatch(r"(\|---)+\|", line)
    assert {row.count("|") for row in rows} == {header.count("|")} == {line.count("|")}
    fields = TABLES[name].model_fields.items()
    for row, (field_name, field) in zip(rows, fields, strict=True):
        assert row.split("|")[1].strip(" `").lower().endswith(field_name)
        assert field.description is not None
        assert field.description in row


def test_a_page_is_written_in_place(tmp_path: Path) -> None:
    page, other = tmp_path / "page.md", tmp_path / "other.md"
    page.write_text("<!-- settings: spark -->\n<!-- end -->\n")
    other.write_text("No table.\n")
    assert write_tables([page, other]) == [page]
    assert "| `AUDIENCE_SPARK_MASTER` | `local[2]` |" in page.read_text()
    page.write_text("<!-- settings: sparks -->\n<!-- end -->\n")
    with pytest.raises(
        UnknownTableError, match="settings: sparks: expected one of build, "
    ):
        write_tables([page])
