"""A real browser for the pages."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Request, expect, sync_playwright

from tests.api.conftest import release_copy, serve_in_thread, server, text_build
from tests.api.running_api import RunningApi
from tests.needed_programs import needs

__all__ = ["release_copy", "serve_in_thread", "server", "text_build"]

PROBLEMS_THAT_MATTER = ("serious", "critical")
# The first page waits until Vega-Lite is bundled, which is slow on a busy machine.
expect.set_options(timeout=20_000)


@dataclass
class Visit:
    """An open page in the browser, and what it has done.

    Attributes:
        base: the address of its server.
        asked: its requests.
        complaints: messages of the console.
    """

    page: Page
    base: str
    asked: list[Request] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("request", lambda request: self.asked.append(request))
        self.page.on("console", lambda message: self.complaints.append(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def go(self, address: str) -> "Visit":
        """Open a page, such as "audience?product_id=5", and wait until it is complete."""
        self.page.goto(f"{self.base}/pages/{address}")
        return self.wait()

    def wait(self) -> "Visit":
        """Wait until everything is loaded and drawn."""
        expect(self.page.locator("h1")).to_be_visible()
        expect(self.page.locator(".loading")).to_have_count(0)
        return self

    def is_wider_than_the_screen(self) -> bool:
        wide: bool = self.page.evaluate(
            "document.documentElement.scrollWidth > document.documentElement.clientWidth"
        )
        return wide

    def faults(self) -> list[str]:
        """Serious problems of accessibility that axe finds."""
        found = Axe().run(self.page).response["violations"]
        return [
            f"{fault['id']}: {node['html']}"
            for fault in found
            if fault["impact"] in PROBLEMS_THAT_MATTER
            for node in fault["nodes"]
        ]


Visitor = Callable[..., Visit]


@pytest.fixture(scope="session")
def executable() -> str:
    """The installed Chromium; without it, tests are skipped."""
    return needs("chromium", "chromium-browser", package="chromium")


@pytest.fixture(scope="module")
def browser(executable: str) -> Iterator[Browser]:
    """One per module: while it runs, no other test of the process can run an event loop."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=executable, args=["--no-sandbox"]
        )
        yield chromium
        chromium.close()


@pytest.fixture
def visitor(browser: Browser) -> Iterator[Visitor]:
    """Opens tabs of different readers, with a browser context each."""
    contexts = []

    def visit(of: RunningApi, *, width: int = 1200, **options: object) -> Visit:
        contexts.append(
            browser.new_context(viewport={"width": width, "height": 900}, **options)
        )
        contexts[-1].set_default_timeout(15_000)
        return Visit(contexts[-1].new_page(), of.url)

    yield visit
    for context in contexts:
        context.close()


@pytest.fixture
def visit(visitor: Visitor, server: RunningApi) -> Visit:
    """A tab on the release of a small log."""
    return visitor(server)
