"""A real browser for the pages."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Request, expect, sync_playwright

from tests.api.conftest import Server, serve, server, text_build

__all__ = ["serve", "server", "text_build"]

PROBLEMS_THAT_MATTER = ("serious", "critical")
# Charts are put together when the first page asks for them; a busy machine takes its time.
expect.set_options(timeout=20_000)


@dataclass
class Visit:
    """A page that is open in the browser, and what it has done.

    Attributes:
        base: the server that it may ask.
        asked: what it has asked for.
        complaints: what the console says.
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
        """Open a page, such as "audience?product_id=5", and wait until it is whole."""
        self.page.goto(f"{self.base}/pages/{address}")
        return self.wait()

    def wait(self) -> "Visit":
        """Wait until nothing is loading or drawn any more."""
        expect(self.page.locator("h1")).to_be_visible()
        expect(self.page.locator(".loading")).to_have_count(0)
        return self

    def is_wider_than_the_screen(self) -> bool:
        wide: bool = self.page.evaluate(
            "document.documentElement.scrollWidth > document.documentElement.clientWidth"
        )
        return wide

    def faults(self) -> list[str]:
        """What axe finds that keeps people from using the page."""
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
    """Debian's Chromium; skipped where there is none."""
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if found is None:
        pytest.skip("no browser: install Chromium (apt-get install chromium)")
    return found


@pytest.fixture(scope="module")
def browser(executable: str) -> Iterator[Browser]:
    """One per module: while it is there, no other test of the process can have a loop."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=executable, args=["--no-sandbox"]
        )
        yield chromium
        chromium.close()


@pytest.fixture
def visitor(browser: Browser) -> Iterator[Visitor]:
    """Opens tabs of people who do not know of each other."""
    contexts = []

    def visit(of: Server, *, width: int = 1200, **options: object) -> Visit:
        contexts.append(
            browser.new_context(viewport={"width": width, "height": 900}, **options)
        )
        contexts[-1].set_default_timeout(15_000)
        return Visit(contexts[-1].new_page(), of.url)

    yield visit
    for context in contexts:
        context.close()


@pytest.fixture
def visit(visitor: Visitor, server: Server) -> Visit:
    """A tab on the release of a small log."""
    return visitor(server)
