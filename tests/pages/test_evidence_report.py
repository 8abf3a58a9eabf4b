"""The report of the evidence, opened in a browser without a network."""

import pytest
from playwright.sync_api import Browser

from scripts.evidence.report import SECTIONS
from tests.conftest import FinishedBuild

pytestmark = pytest.mark.slow


def test_every_chart_is_drawn_without_a_network(
    browser: Browser, taste_evidence: FinishedBuild
) -> None:
    page = browser.new_page()
    requested: list[str] = []
    complaints: list[str] = []
    page.on("request", lambda request: requested.append(request.url))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda message: complaints.append(message.text))
    report = (taste_evidence.folder.evidence / "report.html").as_uri()
    page.goto(report)
    for section in SECTIONS:
        page.wait_for_selector(f"#{section.chart} svg .mark-group", state="attached")
    assert (
        page.locator(".conclusion p")
        .first.inner_text()
        .startswith("Collaborative filtering (ALS) is viable")
    )
    assert requested == [report]
    assert complaints == []
    page.close()


def test_the_report_fits_a_narrow_screen(
    browser: Browser, taste_evidence: FinishedBuild
) -> None:
    page = browser.new_page(viewport={"width": 360, "height": 800})
    page.goto((taste_evidence.folder.evidence / "report.html").as_uri())
    page.wait_for_selector("#cohorts svg")
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= 360
    page.close()
