"""Take a picture of every page, as a reader sees it: what `make screenshots` runs.

Needs Chromium. Without --url it serves the current release itself.
"""

import argparse
import shutil
import sys
from pathlib import Path
from urllib.parse import quote

from playwright.sync_api import expect, sync_playwright

from scripts.build_folder import BuildFolder, shown
from scripts.releases.running_api import MeasurementError, running_api

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
        url: of a server.
        folder: where to.
        is_whole: whether of the whole page, or of its first screen.

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


def main(arguments: list[str] | None = None) -> int:
    """Run the program; returns the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m scripts.maintenance.screenshots", description=__doc__
    )
    parser.add_argument("--url", help="a server that runs already, instead of our own")
    parser.add_argument("--to", type=Path, help="a folder (build/screenshots)")
    parser.add_argument("--whole", action="store_true", help="of whole pages")
    options = parser.parse_args(arguments)
    build = BuildFolder.from_environment()
    folder = options.to or build.root / "screenshots"
    try:
        if options.url:
            taken = take_pictures(options.url, folder, is_whole=options.whole)
        else:
            with running_api(build, ["api"], workers=1) as api:
                taken = take_pictures(api.url, folder, is_whole=options.whole)
    except (MeasurementError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    print(f"Wrote {len(taken)} pictures to {shown(folder)}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
