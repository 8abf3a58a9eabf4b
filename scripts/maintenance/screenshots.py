"""Take a picture of every page: `make screenshots`. Needs Chromium."""

import shutil
from pathlib import Path
from urllib.parse import quote

from playwright.sync_api import expect, sync_playwright

from scripts.releases.running_api import MeasurementError

PAGES = {
    "overview": "overview",
    "audience": "audience?product_id={product}&n=20",
    "customer": "customer?customer_id={customer}",
    "campaigns": "campaigns",
    "experiments": "experiments",
    "evidence": "evidence",
    "quality": "quality",
    "releases": "releases",
}
LOOKS = ((1200, "light"), (360, "dark"))
DRAWING_TIME = 30_000  # milliseconds


def take_pictures(url: str, folder: Path, *, is_whole: bool) -> list[Path]:
    """Write a PNG per page, width and colour scheme.

    Args:
        url: the address of a server.
        folder: where to write.
        is_whole: whether to picture the whole page, or only its first screen.

    Raises:
        MeasurementError: there is no browser.
    """
    executable = shutil.which("chromium") or shutil.which("chromium-browser")
    if executable is None:
        raise MeasurementError("No browser: install Chromium (apt-get install chromium)")
    folder.mkdir(parents=True, exist_ok=True)
    taken = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=executable, args=["--no-sandbox"]
        )
        ask = browser.new_context().request
        product = ask.get(f"{url}/products/search?n=1").json()["products"][0]["product_id"]
        first = ask.get(f"{url}/recommend/{quote(str(product), safe='')}?n=1").json()
        customer = first["recommendations"][0]["customer_id"]
        for width, scheme in LOOKS:
            page = browser.new_page(
                viewport={"width": width, "height": 900},
                color_scheme=scheme,  # type: ignore[arg-type]
            )
            for name, address in PAGES.items():
                path = address.format(
                    product=quote(str(product), safe=""),
                    customer=quote(str(customer), safe=""),
                )
                page.goto(f"{url}/pages/{path}")
                page.locator("h1").wait_for()
                expect(page.locator(".loading")).to_have_count(0, timeout=DRAWING_TIME)
                taken.append(folder / f"{name}-{width}-{scheme}.png")
                page.screenshot(path=taken[-1], full_page=is_whole)
        browser.close()
    return taken
