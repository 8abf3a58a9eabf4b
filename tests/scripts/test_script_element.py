"""No text in the data of a page ends the element that holds it."""

import json
from html.parser import HTMLParser
from pathlib import Path

from scripts.build.documentation_page import page_with_data
from scripts.script_element import code_in_script, data_in_script

HOSTILE = (
    "</script><script>document.title = 'ran'</script>",
    "</SCRIPT ><Script>document.title = 'ran'</sCRIPT>",
    "<!-- <script>",
    "</ -->  <\\/script> \u2028",
    '"CATALOG.JSON INLINE DATA"',
)
# As in dbt's page, and in the report.
PAGE = (
    '<script>var n={manifest:"MANIFEST.JSON INLINE DATA",'
    'catalog:"CATALOG.JSON INLINE DATA"}</script><p id="last">end</p>'
)


class Scripts(HTMLParser):
    """The contents of script elements."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(text)
        self.close()

    def handle_data(self, data: str) -> None:
        if self.lasttag == "script" and self.cdata_elem:
            self.found.append(data)


def hostile_docs(folder: Path) -> Path:
    """The page of dbt with hostile data."""
    (folder / "index.html").write_text(PAGE)
    for name in ("manifest", "catalog"):
        (folder / f"{name}.json").write_text(json.dumps({"columns": HOSTILE}))
    return page_with_data(folder)


def test_data_stays_in_its_element_and_the_same() -> None:
    for text in (*HOSTILE, list(HOSTILE), {HOSTILE[0]: HOSTILE}):
        written = data_in_script(text)
        assert "</" not in written
        assert "<!--" not in written
        assert json.loads(written) == json.loads(json.dumps(text))


def test_code_keeps_what_only_looks_like_an_end() -> None:
    code = "text.replace(/</g, '&lt;') + '</b>'"
    assert code_in_script(code) == code
    assert code_in_script("'</ScRiPt></script>'") == r"'<\/ScRiPt><\/script>'"
    assert "<!--" not in code_in_script("'<!--'")


def test_the_documentation_is_one_element_with_all_data(tmp_path: Path) -> None:
    page = hostile_docs(tmp_path).read_text()
    assert page.lower().count("</script") == 1
    [script] = Scripts(page).found
    start, middle, end = "var n={manifest:", ",catalog:", "}"
    data = script.removeprefix(start).removesuffix(end)
    assert [json.loads(part) for part in data.split(middle)] == [
        {"columns": list(HOSTILE)}
    ] * 2
