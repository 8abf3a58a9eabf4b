"""Pages over a release in which products have another ranking than customers."""

import pytest
from playwright.sync_api import expect

from scripts.build_folder import BuildFolder
from tests.api.conftest import ServeInThread
from tests.pages.conftest import Visitor
from tests.pages.test_figures import column

pytestmark = pytest.mark.slow


def test_an_audience_names_its_ranking_and_explains_each_place(
    visitor: Visitor, serve_in_thread: ServeInThread, hybrid_build: BuildFolder
) -> None:
    server = serve_in_thread(hybrid_build)
    visit = visitor(server).go("audience?product_id=5&n=100")
    sentence = visit.page.locator("#ranking")
    expect(sentence).to_contain_text("Ranked by combination")
    expect(sentence).to_contain_text("The setting of the build names it.")
    rows = server.get("/recommend/5?n=100").json()["recommendations"]
    assert column(visit, "The audience", 3) == [f"{row['score']:.4f}" for row in rows[:10]]
    assert column(visit, "The audience", 4)[0] == f"{rows[0]['probability']:.4g}"
    first = visit.page.locator("td .reason").first
    path = f"/recommend/5/explain/{rows[0]['customer_id']}"
    body = server.get(path).json()
    for part in body["parts"]:
        expect(first).to_contain_text(f"{part['value']:.4f} from {part['label']}")
    for signal in body["signals"]:
        expect(first).to_contain_text(signal)
    following = visit.page.get_by_role("button", name="Next")
    while following.is_enabled():
        following.click()
    last = visit.page.locator("td .reason").last
    expect(last).to_contain_text("the signals of this product have ended")
    assert column(visit, "The audience", 3)[-1] == "\u2013", "after the list"
    assert visit.faults() == []
    assert visit.complaints == []


def test_overview_and_evidence_say_which_ranking_serves(
    visitor: Visitor, serve_in_thread: ServeInThread, hybrid_build: BuildFolder
) -> None:
    server = serve_in_thread(hybrid_build)
    served = server.get("/rankings").json()["served"]
    for address in ("overview", "evidence"):
        visit = visitor(server).go(address)
        for place, member in ((2, "label"), (3, "description"), (4, "reason")):
            assert column(visit, "Rankings that serve", place) == [
                row[member] for row in served
            ]
    body = server.get("/evidence").json()
    decisions = [row for row in body["decisions"] if row["decision"] == "customers"]
    assert decisions
    assert column(visit, "Candidates: customers", 1) == [
        row["label"] + (" chosen" if row["is_served"] else "") for row in decisions
    ]
    shares = column(visit, "Calibration", 5)
    assert len(shares) == min(10, len(body["calibration"])) > 0
    expect(
        visit.page.get_by_role("img", name="Share of the customers who act, by probability")
    ).to_be_visible()
    assert visit.faults() == []
