"""The image of an earlier version hands its volumes over to that of this checkout."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import duckdb
import httpx
import pytest

from scripts.build_folder import PROJECT
from tests.daily_log import DailyLog
from tests.image.compose_services import HOSTS, Services
from tests.image.container import Network, wait_for
from tests.image.image_store import Image, ImageStore, run
from tests.image.test_image import make_key

pytestmark = pytest.mark.long
API = f"http://{HOSTS['api']}:8000"
FORMAT = "^RELEASE_FORMAT = "


def earlier_revision() -> str:
    """What to upgrade from: the last commit with the release format before this one.

    AUDIENCE_UPGRADE_FROM names another one: a tag, or HEAD~20.
    """
    if named := os.environ.get("AUDIENCE_UPGRADE_FROM"):
        return named
    command = ["git", "-C", str(PROJECT), "log", "-1", "--format=%H", f"-G{FORMAT}"]
    found = subprocess.run(
        [*command, "--", "api/release_files.py"],
        capture_output=True,
        text=True,
        check=False,
    ).stdout.strip()
    if not found:
        pytest.fail("no history of git: set AUDIENCE_UPGRADE_FROM to a commit or a tag")
    return f"{found}^"


@pytest.fixture(scope="module")
def earlier(store: ImageStore, tmp_path_factory: pytest.TempPathFactory) -> Image:
    """The image of the version before."""
    revision = earlier_revision()
    checkout = tmp_path_factory.mktemp("earlier")
    archive = checkout.with_suffix(".tar")
    run(["git", "-C", str(PROJECT), "archive", f"--output={archive}", revision])
    run(["tar", "-xf", str(archive), "-C", str(checkout)])
    return store.build("product-audience:earlier", checkout)


@pytest.fixture(scope="module")
def services(earlier: Image, network: Network, place: Path) -> Iterator[Services]:
    """Volumes that the earlier image has filled."""
    running = Services(earlier, network, place)
    key, entry = make_key(running, "shop")
    running.settings |= {"AUDIENCE_API_KEYS": entry, "AUDIENCE_API_KEY": key}
    (place / "source").mkdir()
    log = DailyLog(place / "source", days=0, scale=0.02)
    log.folder = running.log
    log.grow(60)
    running.run("refresh", "audience", "build", "--log", "/log/*.csv")
    log.grow(1)
    yield running
    running.stop()


def opt_out(services: Services) -> str:
    """Opt the customer out who is in most lists; returns the id."""
    releases = services.volume("releases", "/build/releases")
    with duckdb.connect(releases / "current" / "audience.duckdb", read_only=True) as found:
        row = found.execute(
            "select customer_id from product_audiences"
            " group by customer_id order by count(*) desc, customer_id limit 1"
        ).fetchone()
    assert row is not None
    services.run("refresh", "audience", "suppress", str(row[0]))
    return str(row[0])


def test_an_upgrade_serves_the_old_release_and_builds_on(
    services: Services, image: Image, network: Network
) -> None:
    key = {"x-api-key": services.settings["AUDIENCE_API_KEY"]}

    def get(path: str) -> httpx.Response:
        return network.call(lambda: httpx.get(API + path, headers=key, timeout=10))

    def serves(release: str) -> bool:
        try:
            return bool(get("/health").json().get("release_id") == release)
        except httpx.TransportError:
            return False

    gone = opt_out(services)
    releases = services.volume("releases", "/build/releases")
    old = (releases / "current").resolve().name
    api = services.start("api")
    wait_for(lambda: serves(old), 60, lambda: api.printed)
    lists = {product: get(f"/recommend/{product}").json() for product in range(20)}
    assert any("recommendations" in answer for answer in lists.values())
    assert api.stop() == 0

    services.image = image
    upgraded = services.start("api")
    wait_for(lambda: serves(old), 60, lambda: upgraded.printed)
    for product, before in lists.items():
        after = get(f"/recommend/{product}").json()
        assert customers(after) == customers(before)

    printed = services.run("refresh", "audience", "refresh", "--watch", "5")
    new = (releases / "current").resolve().name
    assert new > old, printed
    wait_for(lambda: serves(new), 30, lambda: upgraded.printed)
    assert get("/health").json()["status"] == "healthy"
    for product in range(200):
        assert gone not in map(str, customers(get(f"/recommend/{product}").json()))
    # What the earlier version left open to other users is closed.
    build = services.volume("build", "/build")
    for path in [*build.glob("*.duckdb"), *releases.glob("*/audience.duckdb")]:
        assert not path.stat().st_mode & 0o077, path

    services.run("refresh", "audience", "rollback", old)
    wait_for(lambda: serves(old), 30, lambda: upgraded.printed)


def customers(answer: dict[str, list[dict[str, object]]]) -> list[object]:
    """The customers of a list; none for a product without one."""
    return [one["customer_id"] for one in answer.get("recommendations", [])]
