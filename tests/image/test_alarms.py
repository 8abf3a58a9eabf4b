"""Each alarm fires because of a real event, and clears when that is over.

The tests follow each other: each continues with the volumes of the one before.
"""

import contextlib
import json
import os
import socket
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.image.compose_services import HOSTS, Services
from tests.image.container import Network, wait_for
from tests.image.monitoring import Alert, shipped_alerts
from tests.image.shop import Shop, callers

pytestmark = pytest.mark.long
DOWN: Alert = ("AudienceApiDown", "critical")
SEVERITIES = ("warning", "critical")
ERRORS: list[Alert] = [("AudienceRequestErrors", severity) for severity in SEVERITIES]
NO_RELEASE: Alert = ("AudienceNoRelease", "critical")
NOT_RUN: Alert = ("AudienceRefreshNotRun", "warning")
STALE: list[Alert] = [("AudienceReleaseStale", severity) for severity in SEVERITIES]
DIFFER: Alert = ("AudienceReplicasDiffer", "warning")
SLOW: Alert = ("AudienceLookupsSlow", "warning")
DROPPED: Alert = ("AudienceLogLinesDropped", "warning")
REFUSED: Alert = ("AudienceConnectionsRefused", "warning")
REPLACED: Alert = ("AudienceWorkerReplaced", "warning")
FAILED: Alert = ("AudienceRefreshFailed", "warning")
BLOCKED: tuple[Alert, ...] = (
    ("AudienceRefreshBlocked", "warning"),
    ("AudienceDrift", "critical"),
)
ROLLED_BACK: Alert = ("AudienceReleaseRolledBack", "critical")
DRIFT: Alert = ("AudienceDrift", "warning")


@pytest.fixture(scope="module")
def shop(services: Services, network: Network, place: Path) -> Iterator[Shop]:
    marketplace = Shop(services, network, place)
    yield marketplace
    marketplace.monitoring.stop()


def test_without_a_release_requests_fail_until_there_is_one(shop: Shop) -> None:
    shop.monitoring.scrape("api")
    shop.monitoring.wait_until_firing(DOWN, NOT_RUN)
    shop.api()
    shop.monitoring.wait_until_clear(DOWN)
    with callers(shop):
        shop.monitoring.wait_until_firing(NO_RELEASE, *ERRORS)
    printed = shop.services.run("refresh", "audience", "build", "--log", "/log/*.csv")
    assert "Traceback" not in printed
    with callers(shop):
        shop.monitoring.wait_until_clear(NO_RELEASE, *ERRORS)
    code, said = shop.refresh()
    assert code == 0, said
    shop.monitoring.wait_until_clear(NOT_RUN)


def test_a_replica_that_is_gone_and_comes_back(shop: Shop) -> None:
    shop.monitoring.scrape("api", "replica")
    shop.monitoring.wait_until_firing(DOWN)
    replica = shop.api("replica")
    shop.monitoring.wait_until_clear(DOWN)
    assert replica.stop() == 0
    shop.monitoring.wait_until_firing(DOWN)
    shop.monitoring.scrape("api")
    shop.monitoring.wait_until_clear(DOWN)


def test_stalls_make_look_ups_slow(shop: Shop) -> None:
    """The only worker stands still for half a second, again and again."""
    slow = shop.api("replica", AUDIENCE_WORKERS="1", AUDIENCE_CACHE_PRODUCTS="0")
    shop.monitoring.scrape("api", "replica")
    with callers(shop, "replica"):
        end = time.monotonic() + 60
        while SLOW not in shop.monitoring.firing():
            assert time.monotonic() < end, shop.monitoring.ask(
                "route:audience_request_seconds:p99_5m"
            )
            workers = slow.processes()[1:]
            for worker in workers:
                worker.suspend()
            time.sleep(0.5)
            for worker in workers:
                worker.resume()
            time.sleep(0.1)
        shop.monitoring.wait_until_clear(SLOW)
    shop.leave(slow)


def test_lines_of_the_log_that_no_one_reads(shop: Shop) -> None:
    shop.monitoring.scrape("api", "replica")
    pipe = shop.place / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    replica = shop.api("replica", log=pipe)
    os.close(reader)

    def ask_until_dropped() -> bool:
        assert shop.ask(host="replica") == 200
        return DROPPED in shop.monitoring.firing()

    wait_for(ask_until_dropped, 60)
    replica.stop()
    heard = shop.api("replica")
    shop.monitoring.wait_until_clear(DROPPED)
    shop.leave(heard)


def test_more_connections_than_a_worker_takes(shop: Shop) -> None:
    small = shop.api("replica", AUDIENCE_CONNECTIONS="16", AUDIENCE_WORKERS="1")
    shop.monitoring.scrape("api", "replica")
    shop.monitoring.wait_until_clear(DOWN)

    def crowd() -> None:
        held = [
            socket.create_connection((HOSTS["replica"], 8000), timeout=5) for _ in range(40)
        ]
        for one in held:
            with contextlib.suppress(OSError):
                one.sendall(b"GET /recomm")
        time.sleep(0.5)
        for one in held:
            one.close()

    def is_refused() -> bool:
        shop.network.call(crowd)
        time.sleep(2)
        return REFUSED in shop.monitoring.firing()

    wait_for(is_refused, 60, lambda: small.printed)
    shop.monitoring.wait_until_clear(REFUSED)
    shop.leave(small)


def test_a_worker_that_is_killed(shop: Shop) -> None:
    worker = max(
        shop.services.running("api").processes()[1:],
        key=lambda process: process.memory_info().rss,
    )
    worker.kill()
    shop.monitoring.wait_until_firing(REPLACED)
    shop.monitoring.wait_until_clear(REPLACED)
    assert shop.ask() == 200


def test_a_release_that_is_old(shop: Shop) -> None:
    """No event takes ten days in a test: the release says that it was made then."""
    aged = shop.copy_releases("aged")
    manifest = aged / shop.served() / "manifest.json"
    facts = json.loads(manifest.read_text())
    facts["created_at"] = (datetime.now(UTC) - timedelta(days=11)).isoformat()
    manifest.write_text(json.dumps(facts))
    shop.api("replica", volumes={"releases": "aged"})
    shop.monitoring.scrape("replica")
    shop.monitoring.wait_until_firing(*STALE)
    shop.services.run(*("refresh", "audience", "publish"), volumes={"releases": "aged"})
    shop.monitoring.wait_until_clear(*STALE)
    shop.leave(shop.services.running("replica"))


def test_a_refresh_that_fails(shop: Shop) -> None:
    damaged = shop.services.log / "damaged.csv"
    damaged.write_bytes(b"\x00\x01 no text")
    code, said = shop.refresh()
    assert code == 1
    assert "Traceback" not in said
    shop.monitoring.wait_until_firing(FAILED)
    damaged.unlink()
    code, said = shop.refresh()
    assert code == 0, said
    shop.monitoring.wait_until_clear(FAILED)


def test_a_day_that_is_unlike_the_others(shop: Shop) -> None:
    before = shop.served()
    shop.add_day(rejected=3)
    code, said = shop.refresh("--watch", "3")
    assert code == 0, said
    shop.monitoring.wait_until_firing(DRIFT)
    assert shop.served() > before
    before = shop.served()
    # More would be more than `max_reject_share` of the log.
    shop.add_day(rejected=25)
    code, said = shop.refresh("--watch", "3")
    assert code == 1
    assert "rejected rows" in said
    assert shop.served() == before
    shop.monitoring.wait_until_firing(*BLOCKED)
    code, said = shop.refresh("--watch", "3", "--accept-drift", "a new device")
    assert code == 0, said
    shop.monitoring.wait_until_clear(*BLOCKED)
    code, said = shop.refresh()
    assert code == 0, said
    shop.monitoring.wait_until_clear(DRIFT)


def test_replicas_that_serve_different_releases(shop: Shop) -> None:
    shop.copy_releases("behind")
    behind = {"releases": "behind"}
    shop.services.run("refresh", "audience", "rollback", volumes=behind)
    shop.api("replica", volumes=behind)
    shop.monitoring.scrape("api", "replica")
    shop.monitoring.wait_until_firing(DIFFER)
    shop.services.run(*("refresh", "audience", "rollback", shop.served()), volumes=behind)
    shop.monitoring.wait_until_clear(DIFFER)
    shop.leave(shop.services.running("replica"))


def test_a_release_with_which_the_api_does_worse(shop: Shop) -> None:
    """It stops answering as soon as the release is there."""
    before = shop.served()
    shop.add_day(rejected=0)
    job = shop.services.start("refresh", "audience", "refresh", "--watch", "60")
    wait_for(lambda: "Watching" in job.printed, 180, lambda: job.printed)
    assert shop.served() > before
    api = shop.services.running("api")
    for process in api.processes():
        process.suspend()
    assert job.wait() == 1, job.printed
    assert shop.served() == before
    shop.monitoring.wait_until_firing(ROLLED_BACK)
    api.kill()
    shop.api()
    code, said = shop.refresh("--always", "--watch", "3")
    assert code == 0, said
    shop.monitoring.wait_until_clear(ROLLED_BACK)


def test_a_schedule_that_stops(shop: Shop) -> None:
    shop.monitoring.wait_until_firing(NOT_RUN)
    code, said = shop.refresh()
    assert code == 0, said
    shop.monitoring.wait_until_clear(NOT_RUN, seconds=30)


def test_every_alarm_has_fired_and_is_clear(shop: Shop) -> None:
    assert shop.monitoring.have_fired() == shipped_alerts()
    shop.monitoring.wait_until_clear(*shipped_alerts(), seconds=40)
