"""Pages that wait, that fail, and that notice a change."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Route, expect

from api.keys import hashed
from scripts.build_folder import BuildFolder
from scripts.releases.publish import publish
from tests.api.conftest import ServeInThread
from tests.pages.conftest import Visit, Visitor

KEY = "a-key-of-the-marketing-team"


def look(visit: Visit) -> None:
    """Simulate that the reader returns to the tab."""
    visit.page.evaluate("dispatchEvent(new Event('focus'))")


def test_a_waiting_page_shows_that_it_loads(visit: Visit) -> None:
    waiting: list[Route] = []
    visit.page.route("**/diagnostics", lambda route: waiting.append(route))
    with visit.page.expect_request("**/diagnostics"):
        visit.page.goto(f"{visit.base}/pages/overview")
    expect(visit.page.get_by_text("Loading …")).to_be_visible()
    while not waiting:  # the request is seen before its route is called
        visit.page.wait_for_timeout(10)
    waiting[0].continue_()
    visit.wait()
    expect(visit.page.locator(".conclusion")).to_be_visible()


def test_an_unreachable_api_is_explained(visit: Visit) -> None:
    visit.page.route("**/diagnostics", lambda route: route.abort())
    visit.go("overview")
    face = visit.page.get_by_role("alert")
    expect(face).to_contain_text("The API does not answer")
    expect(face).to_contain_text("`audience serve` starts it.")
    visit.page.unroute("**/diagnostics")
    face.get_by_role("button", name="Try again").click()
    expect(visit.page.locator(".conclusion")).to_be_visible()


def test_before_the_first_release_the_page_names_the_command(
    visitor: Visitor, serve_in_thread: ServeInThread, folder: BuildFolder
) -> None:
    folder.releases.mkdir(parents=True)
    visit = visitor(serve_in_thread(folder))
    visit.go("overview")
    expect(visit.page.get_by_role("alert")).to_contain_text("Run `audience build`.")


def test_an_invalid_address_is_explained(visit: Visit) -> None:
    for address, said in (
        ("audience?product_id=5&n=many", "n = 'many': expected a whole number"),
        ("audience?product_id=5&n=0", "n = '0': expected a whole number"),
        ("customer?customer_id=-17", "The release has no customer '-17'."),
        ("customer?customer_id=seven", "customer_id = 'seven'"),
        ("campaigns?campaign_id=autumn", "The release has no campaign 'autumn'."),
        ("experiments?experiment_id=x", "The release has no experiment 'x'."),
    ):
        visit.go(address)
        face = visit.page.get_by_role("alert")
        expect(face).to_contain_text(said)
        expect(face.get_by_role("link", name="Start this page again")).to_be_visible()


def test_an_old_release_is_announced(
    visitor: Visitor, serve_in_thread: ServeInThread, release_copy: BuildFolder
) -> None:
    manifest = (release_copy.releases / "current").resolve() / "manifest.json"
    facts = json.loads(manifest.read_text())
    facts["created_at"] = (datetime.now(UTC) - timedelta(days=30)).isoformat()
    manifest.write_text(json.dumps(facts))
    visit = visitor(serve_in_thread(release_copy))
    visit.go("overview")
    expect(visit.page.locator("#notices")).to_contain_text("The release is 30.0 days old")
    expect(visit.page.locator(".conclusion")).to_be_visible()


def test_a_new_release_is_offered(
    visitor: Visitor, serve_in_thread: ServeInThread, published: BuildFolder
) -> None:
    server = serve_in_thread(published)
    visit = visitor(server)
    visit.go("audience?product_id=5")
    notice = visit.page.locator("#new-release")
    assert notice.count() == 0
    release = publish(published)
    server.wait_for(
        lambda: server.get("/release").json()["release_id"] == release.release_id
    )
    look(visit)
    expect(notice).to_contain_text(f"Release {release.release_id} is served now")
    notice.get_by_role("button", name="Reload").click()
    expect(visit.page.locator("#release")).to_have_text(f"Release {release.release_id}")
    visit.wait()
    assert notice.count() == 0


def test_a_key_is_asked_for_once_and_kept_in_the_tab(
    visitor: Visitor, serve_in_thread: ServeInThread, release_copy: BuildFolder
) -> None:
    server = serve_in_thread(release_copy, api_keys=f"marketing:{hashed(KEY)}")
    visit = visitor(server)
    visit.page.goto(f"{visit.base}/pages/audience?product_id=5")
    dialog = visit.page.get_by_role("dialog", name="An API key is needed")
    expect(dialog).to_be_visible()
    assert visit.faults() == []
    visit.page.keyboard.press("Escape")
    dialog.get_by_label("API key").fill("another-key")
    dialog.get_by_role("button", name="Continue").click()
    expect(dialog).to_contain_text("That key is not valid.")
    dialog.get_by_label("API key").fill(KEY)
    dialog.get_by_label("API key").press("Enter")
    visit.wait()
    expect(visit.page.get_by_text("Contact 10 customers.")).to_be_visible()
    visit.go("releases")
    expect(dialog).to_have_count(0)
    assert all(KEY not in request.url for request in visit.asked)
    stores = "JSON.stringify([{...localStorage}, document.cookie])"
    assert visit.page.evaluate(stores) == '[{},""]'
    assert KEY in visit.page.evaluate("JSON.stringify({...sessionStorage})")

    # Another tab does not have the key, and this one can forget it.
    other = visitor(server)
    other.page.goto(f"{visit.base}/pages/releases")
    expect(other.page.get_by_role("dialog")).to_be_visible()
    visit.page.get_by_role("button", name="Forget the API key").click()
    expect(dialog).to_be_visible()
    assert KEY not in visit.page.evaluate("JSON.stringify({...sessionStorage})")


def test_a_slow_query_can_be_tried_again(visit: Visit) -> None:
    problem = {"title": "The query took too long", "status": 503, "detail": "Ask later."}
    visit.page.route(
        "**/diagnostics", lambda route: route.fulfill(status=503, json=problem)
    )
    visit.go("overview")
    alert = visit.page.get_by_role("alert")
    expect(alert).to_contain_text("The query took too long")
    expect(alert).to_contain_text("Ask later.")
    assert visit.faults() == []
    visit.page.unroute("**/diagnostics")
    alert.get_by_role("button", name="Try again").click()
    expect(visit.page.locator(".figures")).to_be_visible()


def test_an_invalid_response_is_explained(visit: Visit) -> None:
    visit.page.route("**/diagnostics", lambda route: route.fulfill(body="<html>"))
    visit.go("overview")
    expect(visit.page.get_by_role("alert")).to_contain_text("could not be shown")


def test_a_page_stays_readable_when_its_server_stops(visit: Visit) -> None:
    visit.go("overview")
    visit.page.route("**/health", lambda route: route.abort())
    look(visit)
    notice = visit.page.get_by_text("The API does not answer. This page shows older data.")
    expect(notice).to_be_visible()
    visit.page.unroute("**/health")
    look(visit)
    expect(notice).to_have_count(0)


@pytest.mark.parametrize(
    "address", ["evidence?metric=<b>&k=-1&outcome=x", "overview?n=%FF", "quality?%00"]
)
def test_unknown_parameters_are_ignored(visit: Visit, address: str) -> None:
    visit.go(address)
    assert visit.page.locator('[role="alert"]').count() == 0
    assert visit.complaints == []


def test_an_unknown_page_is_a_404(visit: Visit) -> None:
    for name in ("nothing", "constructor"):
        answer = visit.page.goto(f"{visit.base}/pages/{name}")
        assert answer is not None
        assert answer.status == 404
        expect(visit.page.locator("h1")).to_have_text("There is no such page")
        visit.page.get_by_role("link", name="the overview").click()
        visit.wait()
        assert visit.page.title() == "Overview - Product Audience"
