"""The documentation page of the API."""

import json

from playwright.sync_api import Browser, expect

from tests.api.conftest import Server


def test_the_documentation_renders_from_this_server_alone(
    server: Server, browser: Browser
) -> None:
    page = browser.new_page()
    asked: list[str] = []
    complaints: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(f"{server.url}/docs")
    expect(page.get_by_role("heading", name="Product Audience")).to_be_visible()
    expect(page.get_by_text("Whom to contact about a product").first).to_be_visible()
    operation = page.locator("#operations-audiences-recommend")
    operation.click()
    operation.get_by_role("button", name="Try it out").click()
    operation.locator("input[placeholder='product_id']").fill("5")
    operation.get_by_role("button", name="Execute").click()
    expect(
        operation.locator(".live-responses-table tbody .response-col_status")
    ).to_contain_text("200")
    assert complaints == []
    outside = [url for url in asked if not url.startswith((server.url, "data:"))]
    assert outside == []
    page.close()


def test_ids_of_64_bits_are_sent_and_shown_exactly(
    server: Server, browser: Browser
) -> None:
    large = [9007199254740993, -9223372036854775807, 5]
    page = browser.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(f"{server.url}/docs")
    shown = ".live-responses-table tbody .response-col_description"
    one = page.locator("#operations-audiences-recommend")
    one.click()
    one.get_by_role("button", name="Try it out").click()
    one.locator("input[placeholder='product_id']").fill(str(large[0]))
    with page.expect_request(f"**/recommend/{large[0]}?**"):
        one.get_by_role("button", name="Execute").click()
    expect(one.locator(shown)).to_contain_text(f'"product_id": {large[0]},')
    many = page.locator("#operations-audiences-recommend_batch")
    many.click()
    many.get_by_role("button", name="Try it out").click()
    many.locator("textarea").fill(json.dumps({"product_ids": large, "n": 1}))
    with page.expect_request("**/recommend/batch") as asked:
        many.get_by_role("button", name="Execute").click()
    assert json.loads(asked.value.post_data or "")["product_ids"] == large
    for product in large:
        expect(many.locator(shown)).to_contain_text(f'"product_id": {product},')
    assert complaints == []
    page.close()
