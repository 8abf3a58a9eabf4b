"""A shop with its services, their monitoring, and a log that grows by a file per day."""

import contextlib
import os
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import httpx

from tests.daily_log import DailyLog
from tests.image.compose_services import HOSTS, Services
from tests.image.container import Container, Network, wait_for
from tests.image.monitoring import Monitoring
from tests.image.test_image import make_key

# Too few days to judge one by the days before: drift comes from rejected rows alone.
DAYS = 10


class Shop:
    """The services, their monitoring, and a log that grows."""

    def __init__(self, services: Services, network: Network, place: Path) -> None:
        self.services = services
        self.network = network
        self.place = place
        key, entry = make_key(services, "all")
        services.settings |= {"AUDIENCE_API_KEYS": entry, "AUDIENCE_API_KEY": key}
        self.headers = {"x-api-key": key}
        metrics = services.volume("metrics", "/build/metrics")
        self.releases = services.volume("releases", "/build/releases")
        self.monitoring = Monitoring(network, place / "monitoring", metrics, key)
        source = place / "source"
        source.mkdir()
        self.log = DailyLog(source, days=0, scale=0.05)
        self.log.folder = services.log
        self.log.grow(DAYS)

    def api(self, host: str = "api", **options: object) -> Container:
        """Start an API, and wait until it answers."""
        running = self.services.start("api", host=host, **options)  # type: ignore[arg-type]

        def answers() -> bool:
            assert running.is_running, running.printed
            return self.ask("/health", host) in (200, 503)

        wait_for(answers, 60, lambda: running.printed)
        return running

    def ask(self, path: str = "/recommend/5", host: str = "api") -> int:
        """The status of an answer; 0 without one."""
        url = f"http://{HOSTS[host]}:8000{path}"
        try:
            return self.network.call(
                lambda: httpx.get(url, headers=self.headers, timeout=10)
            ).status_code
        except httpx.TransportError:
            return 0

    def refresh(self, *options: str) -> tuple[int, str]:
        """Refresh; returns exit code and output."""
        job = self.services.start("refresh", "audience", "refresh", *options)
        return job.wait(), job.printed

    def leave(self, replica: Container) -> None:
        """Stop a replica, and scrape the API alone."""
        self.monitoring.scrape("api")
        replica.stop()

    def served(self) -> str:
        return (self.releases / "current").resolve().name

    def copy_releases(self, name: str) -> Path:
        """A volume with a copy of the releases."""
        path = self.place / "volumes" / name
        shutil.copytree(self.releases, path, symlinks=True)
        for copied in [path, *path.rglob("*")]:
            os.chown(copied, 10001, 10001, follow_symlinks=False)
        return path

    def add_day(self, rejected: int) -> None:
        """A day with this share of rows, in per cent, that have no time."""
        self.log.grow()
        newest = max(self.services.log.glob("*.csv"))
        header, *lines = newest.read_text().splitlines()
        spoilt = len(lines) * rejected // (100 - rejected)
        at = header.split(",").index("event_date")
        for line in lines[:spoilt]:
            values = line.split(",")
            lines.append(",".join([*values[:at], "never", *values[at + 1 :]]))
        newest.write_text("\n".join([header, *lines]) + "\n")


@contextlib.contextmanager
def callers(shop: Shop, host: str = "api") -> Iterator[None]:
    """Clients that ask all the time."""
    is_over = threading.Event()

    def ask(product: int) -> None:
        url = f"http://{HOSTS[host]}:8000/recommend/{product}"
        with httpx.Client(headers=shop.headers, timeout=30) as client:
            while not is_over.is_set():
                with contextlib.suppress(httpx.TransportError):
                    client.get(url)

    asking = shop.network.calls(ask, 16)
    try:
        yield
    finally:
        is_over.set()
        list(asking)
