"""The campaigns page where a global holdout measures what all campaigns added."""

import pytest
from playwright.sync_api import expect

from tests.api.conftest import ServeInThread
from tests.api.running_api import RunningApi
from tests.conftest import FinishedBuild
from tests.pages.conftest import Visit, Visitor
from tests.pages.test_figures import column

TITLE = "What all campaigns together added"


@pytest.mark.slow
def test_the_campaigns_page_shows_what_all_of_them_added(
    visitor: Visitor, serve_in_thread: ServeInThread, holdout_build: FinishedBuild
) -> None:
    server = serve_in_thread(holdout_build.folder)
    holdout = server.get("/holdout").json()
    months = [row for row in holdout["effects"] if row["span"] == "month"]
    visit = visitor(server).go("campaigns")
    expect(visit.page.get_by_role("heading", name=TITLE)).to_be_visible()
    expect(visit.page.get_by_text(holdout["note"])).to_be_visible()
    held_out = f"{holdout['held_out_customers']:,}"
    expect(visit.page.get_by_text(held_out, exact=True).first).to_be_visible()
    chart = visit.page.get_by_role("img", name="Buyers added since the period")
    expect(chart.locator("svg")).to_be_visible()
    first = column(visit, "By month", 1)[0].replace("\N{NO-BREAK SPACE}", " ")
    assert first == "Feb 1, 2023 to Feb 28, 2023"
    assert column(visit, "By month", 2) == [
        f"{row['held_out_customers']:,}" for row in months
    ]
    added = [
        "\u2013" if row["conversions_added"] is None else f"{row['conversions_added']:.4g}"
        for row in months
    ]
    assert column(visit, "By month", 6) == added
    assert added[0] != "\u2013"
    assert visit.faults() == []
    assert visit.complaints == []


def test_without_a_holdout_the_page_says_nothing_of_one(
    visit: Visit, server: RunningApi
) -> None:
    assert not server.get("/holdout").json()["is_on"]
    visit.go("campaigns")
    expect(visit.page.get_by_role("heading", name=TITLE)).to_have_count(0)
    assert visit.complaints == []
