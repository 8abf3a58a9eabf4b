"""The audience page, from a name to the downloaded file."""

import csv
import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import Route, expect

from tests.api.conftest import ServeInThread, Server
from tests.api.expected_audiences import expected_audience
from tests.conftest import FinishedBuild
from tests.pages.conftest import Visit, Visitor


def by_name(server: Server) -> tuple[int, str]:
    """A product with a unique name."""
    with server.release() as release:
        row = release.execute(
            "select any_value(product_id), product_name from products"
            " where length(product_name) > 8 group by product_name"
            " having count(*) = 1 order by product_name limit 1 offset 7"
        ).fetchone()
    assert row is not None
    return row


def shown_customers(visit: Visit) -> list[str]:
    table = visit.page.locator("table", has_text="The audience")
    return table.locator("tbody td:nth-child(2)").all_inner_texts()


def press_until(visit: Visit, role: str, name: str) -> None:
    """Press Tab until an element has the focus."""
    wanted = visit.page.get_by_role(role, name=name, exact=True)  # type: ignore[arg-type]
    for _ in range(60):
        visit.page.keyboard.press("Tab")
        if wanted.evaluate("(element) => element === document.activeElement"):
            return
    raise AssertionError(f"the keyboard does not reach {name}")


def test_a_keyboard_is_enough_from_a_name_to_the_file(
    visit: Visit, server: Server, tmp_path: Path
) -> None:
    product, name = by_name(server)
    visit.go("overview")
    press_until(visit, "link", "Audience")
    visit.page.keyboard.press("Enter")
    expect(visit.page).to_have_title("Audience - Product Audience")
    visit.wait()
    press_until(visit, "combobox", "Product")
    visit.page.keyboard.type(name[2:].upper())
    field = visit.page.get_by_role("combobox", name="Product", exact=True)
    expect(field).to_have_attribute("aria-expanded", "true")
    expect(visit.page.locator("li[role=option]").first).to_contain_text(name)
    visit.page.keyboard.press("ArrowDown")
    assert field.get_attribute("aria-activedescendant") == "product_id-0"
    assert visit.faults() == [], "with the list open"
    visit.page.keyboard.press("Enter")
    expect(visit.page.locator("h2").first).to_have_text(name)
    visit.wait()
    assert f"product_id={product}" in visit.page.url
    press_until(visit, "spinbutton", "Customers in the file")
    visit.page.keyboard.press("ControlOrMeta+a")
    visit.page.keyboard.type("150")
    press_until(visit, "button", "Download CSV")
    with visit.page.expect_download() as download:
        visit.page.keyboard.press("Enter")
    assert download.value.suggested_filename == "audience.csv"
    download.value.save_as(tmp_path / "audience.csv")
    with (tmp_path / "audience.csv").open(newline="") as file:
        rows = [
            (int(row["rank"]), int(row["customer_id"]), float(row["score"]))
            for row in csv.DictReader(file)
        ]
    with server.release() as release:
        expected = expected_audience(release, product, 150)
    assert rows == [(row["rank"], row["customer_id"], row["score"]) for row in expected]
    assert shown_customers(visit) == [str(row["customer_id"]) for row in expected[:10]]
    assert visit.complaints == []


def test_arrow_keys_wrap_around_and_escape_closes(visit: Visit) -> None:
    visit.go("audience")
    field = visit.page.get_by_role("combobox", name="Product", exact=True)
    field.press_sequentially("a")
    options = visit.page.locator("li[role=option]")
    expect(options).to_have_count(8)
    field.press("ArrowUp")
    expect(options.last).to_have_attribute("aria-selected", "true")
    field.press("ArrowDown")
    expect(options.first).to_have_attribute("aria-selected", "true")
    field.press("Escape")
    expect(options).to_have_count(0)
    field.press_sequentially("x")
    field.fill("b")
    expect(options.first).to_be_visible()
    options.first.click()
    visit.wait()
    assert "product_id=" in visit.page.url


def test_each_customer_has_the_parts_of_their_score(visit: Visit, server: Server) -> None:
    visit.go("audience?product_id=5")
    bars = visit.page.locator("td .bar svg")
    expect(bars).to_have_count(10)
    customer = shown_customers(visit)[0]
    features = server.get(f"/customers/{customer}").json()["features"]
    label = str(bars.first.get_attribute("aria-label"))
    assert re.findall(r"[\d.]+", label) == [
        f"{feature['contribution']:.4f}" for feature in features.values()
    ]
    assert visit.page.locator(".legend li").count() == len(features) >= 5


def test_cost_and_break_even_match_the_plan(visit: Visit, server: Server) -> None:
    visit.go("audience?product_id=5&n=50")
    campaigns = server.get("/campaigns").json()["campaigns"]
    for campaign in campaigns:
        visit.page.get_by_label("Prices of the campaign").select_option(
            campaign["campaign_id"]
        )
        plan = server.get(f"/campaigns/{campaign['campaign_id']}/plan").json()
        row = [row for row in plan["sizes"] if row["audience_size"] <= 50][-1]
        sentence = visit.page.locator(".conclusion p").first
        assert row["audience_size"] == 50
        expect(sentence).to_contain_text(
            f"To contact 50 customers costs {row['cost']:,.2f}."
            " The contacts pay if they add"
        )
    visit.page.route("**/plan", lambda route: route.abort())
    visit.page.get_by_label("Prices of the campaign").select_option(index=0)
    expect(visit.page.get_by_text("Is it running?")).to_be_visible()


def test_two_products_are_compared(visit: Visit, server: Server) -> None:
    product, name = by_name(server)
    visit.go("audience?product_id=5&n=20")
    other = visit.page.get_by_role("combobox", name="Another product")
    other.press_sequentially(name)
    expect(visit.page.locator("li[role=option]").first).to_contain_text(name)
    other.press("ArrowDown")
    other.press("Enter")
    expect(visit.page.locator("#overlap")).to_be_visible()
    for part in ("product_id=5", "n=20", f"other_product_id={product}"):
        assert part in visit.page.url, "so that it can be shared"
    body = server.get(f"/recommend/5/overlap/{product}?n=20").json()
    expect(visit.page.locator("#overlap")).to_contain_text(
        f"{body['count']} customers of 20 ({body['share']:.2%})"
    )
    visit.go(f"audience?product_id=5&n=20&other_product_id={name[1:]}")
    expect(visit.page.locator("#overlap")).to_be_visible()
    assert f"other_product_id={product}" in visit.page.url, "a name leads to its product"


def test_words_lead_to_the_matching_product(visit: Visit, server: Server) -> None:
    product, name = by_name(server)
    visit.go(f"audience?product_id={name.lower()}&n=3")
    expect(visit.page.locator("h2").first).to_have_text(name)
    assert f"product_id={product}" in visit.page.url
    assert "n=3" in visit.page.url
    visit.go("audience?product_id=no such thing")
    expect(visit.page.get_by_role("alert")).to_have_text(
        "No product has the id or name “no such thing”."
    )
    assert visit.page.get_by_role("combobox", name="Product", exact=True).input_value()


def test_an_unknown_product_is_called_a_cold_start(visit: Visit, server: Server) -> None:
    visit.go("audience?product_id=987654321")
    note = server.get("/recommend/987654321").json()["note"]
    expect(visit.page.locator(".notice.warning")).to_have_text(note)
    assert len(shown_customers(visit)) == 10
    visit.go("audience?product_id=00005")
    assert visit.page.locator(".notice.warning").count() == 0
    expect(visit.page.locator("main")).to_contain_text("Product 5. Interactions of")


def test_an_empty_audience_is_explained(visit: Visit) -> None:
    def empty(route: Route) -> None:
        body = route.fetch().json()
        route.fulfill(json=body | {"recommendations": [], "count": 0})

    visit.page.route("**/recommend/5?*", empty)
    visit.go("audience?product_id=5")
    expect(visit.page.get_by_text("No customer is left to contact")).to_be_visible()
    assert visit.page.get_by_role("button", name="Download CSV").count() == 0


def test_ids_of_64_bits_are_exact(visit: Visit) -> None:
    customer = "9007199254740993"

    def large(route: Route) -> None:
        body = route.fetch().json()
        body["recommendations"][0]["customer_id"] = int(customer)
        route.fulfill(body=json.dumps(body), content_type="application/json")

    visit.page.route("**/recommend/5?*", large)
    visit.go("audience?product_id=5")
    link = visit.page.get_by_role("link", name=customer, exact=True)
    assert str(link.get_attribute("href")).endswith(f"customer_id={customer}")


@pytest.mark.slow
def test_odd_ids_are_shown_and_encoded_correctly(
    visitor: Visitor, serve_in_thread: ServeInThread, text_build: FinishedBuild
) -> None:
    visit = visitor(serve_in_thread(text_build), width=360).go("audience")
    for product in ("A/1", "../../etc/passwd", "x' or 1=1 --"):
        visit.go("audience")
        visit.page.get_by_role("link", name=product).click()
        expect(visit.page.locator("h2").first).to_have_text(f"Product {product}")
        visit.wait()
        assert (
            visit.page.get_by_role("combobox", name="Product", exact=True).input_value()
            == product
        )
    visit.go("audience?product_id=A%2F1")
    assert shown_customers(visit) == ["007", "<b>"]
    assert visit.page.locator("main td b").count() == 0, "text is no HTML"
    visit.page.get_by_role("link", name="<b>").click()
    expect(visit.page.locator(".figures")).to_contain_text("<b>")
    visit.wait()
    assert visit.page.title() == "Customer - Product Audience"
    for customer in ('O\'Neil, "Bob"', "🛒"):
        visit.go("customer")
        visit.page.get_by_label("Customer").last.fill(customer)
        visit.page.get_by_role("button", name="Show").click()
        expect(visit.page.locator(".figures")).to_contain_text(customer)
        visit.wait()
        assert not visit.is_wider_than_the_screen()
    with visit.page.expect_download() as download:
        visit.go("audience?product_id=A%2F1").page.get_by_role(
            "button", name="Download CSV"
        ).click()
    assert download.value.path().read_text().splitlines()[1:] == [
        '1,"007",0,"engagement",',
        '2,"<b>",0,"engagement",',
    ]
    assert visit.complaints == []


def test_a_very_long_name_does_not_widen_the_page(visitor: Visitor, server: Server) -> None:
    visit = visitor(server, width=360)

    def endless(route: Route) -> None:
        body = route.fetch().json()
        for product in body["products"]:
            product["product_name"] = "Endless" * 60
        route.fulfill(json=body)

    visit.page.route("**/products/search?*", endless)
    for address in ("audience", "audience?product_id=5"):
        visit.go(address)
        assert not visit.is_wider_than_the_screen()
    visit.page.get_by_role("combobox", name="Product", exact=True).fill("e")
    expect(visit.page.locator("li[role=option]").first).to_be_visible()
    assert not visit.is_wider_than_the_screen()


def test_a_release_older_than_campaigns_has_no_prices(visit: Visit) -> None:
    problem = {"title": "Not found", "status": 404, "detail": "Made before campaigns."}
    visit.page.route(
        f"{visit.base}/campaigns", lambda route: route.fulfill(status=404, json=problem)
    )
    visit.go("audience?product_id=5")
    assert len(shown_customers(visit)) == 10
    expect(visit.page.get_by_text("No campaign has a price for a contact")).to_be_visible()
    visit.go("campaigns")
    expect(visit.page.get_by_role("alert")).to_contain_text("Made before campaigns.")


def test_a_download_warns_of_ids_that_a_spreadsheet_computes(
    visitor: Visitor, server: Server
) -> None:
    visit = visitor(server).go("audience?product_id=5")
    warning = visit.page.get_by_text("a spreadsheet would compute them")
    sent = {"x-ids-like-formulas": "false"}

    def answer(route: Route) -> None:
        found = route.fetch()
        route.fulfill(response=found, headers=found.headers | sent)

    visit.page.route("**/audience/5*", answer)
    for has_such_ids in ("false", "true"):
        sent["x-ids-like-formulas"] = has_such_ids
        with visit.page.expect_download():
            visit.page.get_by_role("button", name="Download CSV").click()
        expect(warning).to_have_count(1 if has_such_ids == "true" else 0)
