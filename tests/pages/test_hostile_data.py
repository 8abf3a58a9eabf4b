"""Names of the log in pages that hold their data: no browser runs them."""

import json
from pathlib import Path

from playwright.sync_api import Browser

from scripts.build.documentation_page import page_with_data
from scripts.script_element import data_in_script
from tests.scripts.test_script_element import HOSTILE, hostile_docs


def test_no_name_runs_in_the_documentation(browser: Browser, tmp_path: Path) -> None:
    page = browser.new_page()
    page.goto(hostile_docs(tmp_path).as_uri())
    assert page.title() == ""
    assert page.evaluate("[n.manifest.columns, n.catalog.columns]") == [list(HOSTILE)] * 2
    assert page.locator("#last").inner_text() == "end"
    # Without the mend, the same data runs.
    as_it_is = page_with_data(tmp_path)
    text = as_it_is.read_text().replace(data_in_script(HOSTILE[0]), json.dumps(HOSTILE[0]))
    as_it_is.write_text(text)
    page.goto(as_it_is.as_uri())
    assert page.title() == "ran"
    page.close()
