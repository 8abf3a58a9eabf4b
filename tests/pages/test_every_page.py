"""Rules for every page, at two widths, in light and in dark."""

from pathlib import Path

import pytest

from tests.api.conftest import Server
from tests.conftest import run_audience
from tests.pages.conftest import Visit, Visitor

PAGES = {
    "overview": "Overview",
    "audience": "Audience",
    "audience?product_id=5&n=25&other_product_id=9": "Audience",
    "audience?product_id=987654321": "Audience",
    "customer": "Customer",
    "customer?customer_id={customer}": "Customer",
    "campaigns": "Campaigns",
    "campaigns?campaign_id=spring_rotation": "Campaigns",
    "experiments": "Experiments",
    "experiments?experiment_id=mail_example": "Experiments",
    "evidence": "Evidence",
    "quality": "Data quality",
    "releases": "Releases",
}
# The smallest number of charts on a page.
CHARTS = {
    "overview": 2,
    "experiments?experiment_id=mail_example": 2,
    "evidence": 4,
}


@pytest.fixture(scope="session")
def best_customer(server: Server) -> str:
    with server.release() as release:
        row = release.execute("from customers where engagement_rank = 1").fetchone()
    assert row is not None
    return str(row[0])


@pytest.mark.parametrize("look", [(1200, "light"), (360, "dark")])
@pytest.mark.parametrize("address", PAGES)
def test_a_page(
    visitor: Visitor,
    server: Server,
    best_customer: str,
    address: str,
    look: tuple[int, str],
) -> None:
    width, scheme = look
    visit = visitor(server, width=width, color_scheme=scheme)
    visit.go(address.format(customer=best_customer))
    page = visit.page
    assert page.title() == f"{PAGES[address]} - Product Audience", "and no customer"
    assert page.locator("h1").inner_text() == PAGES[address]
    assert page.locator('[role="alert"]:not(:empty)').count() == 0
    assert not visit.is_wider_than_the_screen()
    assert page.locator("nav [aria-current]").inner_text() == PAGES[address]
    figures = page.locator('figure[role="img"]')
    assert figures.count() >= CHARTS.get(address, 0)
    assert page.locator("figure .chart svg").count() == figures.count()
    for figure in figures.all():
        assert figure.get_attribute("aria-label")
    assert visit.faults() == []
    assert visit.complaints == []
    outside = [one.url for one in visit.asked if not one.url.startswith(visit.base)]
    assert [url for url in outside if not url.startswith("data:")] == []


def test_pages_may_load_nothing_from_other_hosts(server: Server) -> None:
    policy = server.get("/pages/overview").headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'")
    assert "connect-src 'self'" in policy


def test_the_first_page_is_small(visit: Visit) -> None:
    sizes: dict[str, int] = {}

    def note(request: object) -> None:
        sent = request.sizes()  # type: ignore[attr-defined]
        sizes[request.url] = sent["responseBodySize"] + sent["responseHeadersSize"]  # type: ignore[attr-defined]

    visit.page.on("requestfinished", note)
    script = f"{visit.base}/pages/assets/vega.js"
    with visit.page.expect_event("requestfinished", lambda request: request.url == script):
        visit.go("overview")
    visit.page.wait_for_load_state("networkidle")
    total, charts = sum(sizes.values()), sizes[script]
    assert 10_000 < total - charts < 100_000
    assert total < 500_000


def test_times_are_in_the_readers_zone_with_utc_on_hover(
    visitor: Visitor, server: Server
) -> None:
    made = server.get("/release").json()["created_at"]
    shown = []
    for zone in ("Asia/Tokyo", "America/New_York"):
        visit = visitor(server, timezone_id=zone, locale="en-US").go("releases")
        time = visit.page.locator(f'time[datetime="{made[:19]}.000Z"]').first
        assert f"{int(made[11:13]) % 12 or 12}:{made[14:19]}" in str(
            time.get_attribute("title")
        )
        assert str(time.get_attribute("title")).endswith(" UTC")
        shown.append(time.inner_text())
    assert shown[0] != shown[1]


def test_a_table_can_be_sorted_and_paged(visit: Visit) -> None:
    visit.go("audience?product_id=5&n=25")
    page = visit.page
    table = page.locator("table", has_text="The audience")
    ranks = table.locator("tbody td:first-child")
    assert ranks.all_inner_texts() == [str(rank) for rank in range(1, 11)]
    page.get_by_role("button", name="Next").click()
    assert ranks.first.inner_text() == "11"
    page.get_by_role("button", name="Next").click()
    assert ranks.all_inner_texts() == ["21", "22", "23", "24", "25"]
    assert page.get_by_role("button", name="Next").is_disabled()
    assert page.get_by_text("21 to 25 of 25").is_visible()
    head = table.get_by_role("columnheader", name="Rank")
    head.get_by_role("button").click()
    assert ranks.first.inner_text() == "25"
    assert head.get_attribute("aria-sort") == "descending"
    head.get_by_role("button").press("Enter")
    assert ranks.first.inner_text() == "1"
    assert head.get_attribute("aria-sort") == "ascending"
    customers = table.locator("tbody td:nth-child(2)")
    table.get_by_role("columnheader", name="Customer").get_by_role("button").click()
    assert head.get_attribute("aria-sort") is None
    shown = [int(text) for text in customers.all_inner_texts()]
    assert shown == sorted(shown)


def test_a_reader_can_skip_to_the_content(visit: Visit) -> None:
    visit.go("overview")
    visit.page.keyboard.press("Tab")
    assert visit.page.locator(":focus").inner_text() == "Skip to the content"
    visit.page.keyboard.press("Enter")
    assert visit.page.evaluate("document.activeElement.id") == "content"


@pytest.mark.slow
@pytest.mark.usefixtures("executable")
def test_every_page_has_a_screenshot(server: Server, tmp_path: Path) -> None:
    outcome = run_audience(
        server.folder,
        "maintenance",
        "screenshots",
        *("--url", server.url, "--to", str(tmp_path)),
    )
    assert outcome.returncode == 0, outcome.stderr
    assert "Wrote 16 pictures" in outcome.stdout
    assert len(list(tmp_path.glob("*.png"))) == 16
