"""The documentation page of the API."""

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
