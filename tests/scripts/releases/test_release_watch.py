"""A release with which the API does worse is noticed, and a good one is not."""

import json
import socket
import threading
import urllib.parse
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from rich.console import Console

from scripts.build import refresh, refresh_plan
from scripts.build_folder import BuildFolder
from scripts.releases.publish import publish
from scripts.releases.release_folder import ReleaseError, ReleaseFolder
from scripts.releases.release_watch import (
    Answers,
    WatchError,
    answers_of,
    served_by,
    watch,
    watched_url,
)
from scripts.releases.run_history import RolledBackError, read_history, recorded_run

Health = tuple[int, dict[str, object]]
HEALTHY: Health = (200, {"status": "healthy", "release_id": "new", "reasons": []})
SLOW: Health = (200, {"status": "healthy", "release_id": "old", "reasons": []})
DEGRADED: Health = (
    200,
    {"status": "degraded", "release_id": "new", "reasons": ["A query failed."]},
)
REFUSED: Health = (
    200,
    {"status": "degraded", "release_id": "old", "reasons": ["new is damaged."]},
)
GONE: Health = (503, {"status": "unavailable", "release_id": None})


class FakeApi:
    """An API with given health, second by second, and given counts of answers."""

    def __init__(self) -> None:
        self.health: list[Health] = [HEALTHY]
        self.errors = 0
        self.broken_off = 0
        self.keys: list[str | None] = []
        api = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                status, body = 200, ""
                api.keys.append(self.headers.get("x-api-key"))
                if self.path == "/health":
                    status, found = api.health[0]
                    body = json.dumps(found)
                else:
                    body = (
                        'audience_requests_total{method="GET",route="/",status="200"} 1e3\n'
                        'audience_requests_total{method="GET",route="/",status="500"}'
                        f" {api.errors}\n"
                        'audience_requests_total{method="GET",status="broken off"}'
                        f" {api.broken_off}\n"
                    )
                self.send_response(status)
                self.end_headers()
                self.wfile.write(body.encode())

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def next_second(self, _: float) -> None:
        if len(self.health) > 1:
            self.health.pop(0)


@pytest.fixture
def api() -> Iterator[FakeApi]:
    fake = FakeApi()
    yield fake
    fake.server.shutdown()
    fake.server.server_close()


@pytest.mark.parametrize(
    ("health", "trouble"),
    [
        ([HEALTHY], None),
        ([*[SLOW] * 10, HEALTHY], None),
        ([HEALTHY, DEGRADED, DEGRADED, HEALTHY], None),
        ([SLOW], None),
        ([SLOW, REFUSED], "is degraded: new is damaged"),
        ([HEALTHY, DEGRADED], "is degraded: A query failed"),
        ([GONE], "serves no release"),
    ],
)
def test_lasting_trouble_is_reported(
    api: FakeApi, health: list[Health], trouble: str | None
) -> None:
    api.health = list(health)
    found = watch(api.url, "new", 30, Answers(), api.next_second).trouble
    assert (found is None) == (trouble is None)
    assert (trouble or "") in (found or "")


def test_missing_observations_are_noted(api: FakeApi) -> None:
    api.health = [SLOW]
    found = watch(api.url, "new", 3, Answers(), api.next_second)
    assert found.note == f"The API at {api.url} still serves old"
    api.health = [HEALTHY]
    found = watch(api.url, "new", 3, None, api.next_second)
    assert "AUDIENCE_API_KEY must hold a key" in (found.note or "")
    api.health = [HEALTHY, DEGRADED]
    found = watch(api.url, "new", 2, Answers(), api.next_second)
    assert (
        found.note
        == f"When the watch ended, the API at {api.url} is degraded: A query failed"
    )
    api.health = [HEALTHY]
    assert watch(api.url, "new", 0.4, Answers(), api.next_second).note is None


def test_only_errors_since_the_switch_count(api: FakeApi) -> None:
    api.errors = 50
    before = answers_of(api.url)
    assert before == Answers(1050, 50)
    assert watch(api.url, "new", 5, before, api.next_second).trouble is None
    api.errors, api.broken_off = 58, 4
    found = watch(api.url, "new", 5, before, api.next_second)
    assert found.trouble == "12 of 12 answers since the switch were errors"


def test_the_answers_of_every_replica_count(
    api: FakeApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    api.errors = 20
    address = urllib.parse.urlsplit(api.url)
    look_up = socket.getaddrinfo

    def look_up_replicas(host: str, port: int, *rest: Any, **more: Any) -> list[Any]:
        if host != "replicas":
            return look_up(host, port, *rest, **more)
        # Each of them once, and one that is gone.
        return [
            (socket.AF_INET, kind, 6, "", (address, port))
            for address in ("127.0.0.1", "127.0.0.9")
            for kind in (socket.SOCK_STREAM, socket.SOCK_STREAM)
        ]

    monkeypatch.setattr(socket, "getaddrinfo", look_up_replicas)
    before = answers_of(f"http://replicas:{address.port}")
    assert before == Answers(1020, 20)
    # One was restarted: with fewer answers than before, errors cannot be counted.
    more = Answers(before.total + 500, 0)
    assert watch(api.url, "new", 5, more, api.next_second).trouble is None


def test_an_api_that_stops_answering_is_trouble() -> None:
    nowhere = "http://127.0.0.1:9"
    assert served_by(nowhere) is None
    assert answers_of(nowhere) is None
    found = watch(nowhere, "new", 5, Answers(), lambda _: None)
    assert found.trouble == "the API at http://127.0.0.1:9 no longer answers"


def test_a_key_opens_the_metrics(api: FakeApi, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AUDIENCE_API_KEY", "of the watch")
    assert answers_of(api.url) == Answers(1000, 0)
    assert api.keys == ["of the watch"]


def test_a_release_that_makes_the_api_worse_is_rolled_back(
    api: FakeApi, published: BuildFolder
) -> None:
    releases = ReleaseFolder(published.releases)
    before = releases.current()
    assert before is not None
    later = publish(published)
    api.health = [(200, {"status": "degraded", "release_id": later.release_id})]

    def publish_and_watch() -> None:
        with recorded_run(published, "refresh") as run:
            run.inputs = "of today"
            run.publish(later)
            refresh._watch(
                published, Console(quiet=True), 5, api.url, later, Answers(), before
            )

    with pytest.raises(RolledBackError, match="was published and rolled back"):
        publish_and_watch()
    assert releases.current() == before
    assert read_history(published)[-1].result == "rolled back"

    with pytest.raises(ReleaseError, match=r"is no longer served \(.*--always"):
        refresh_plan.check_not_rolled_back(published, before, "of today")
    refresh_plan.check_not_rolled_back(published, before, "of tomorrow")


def test_an_interrupted_watch_leaves_the_release_published(
    published: BuildFolder,
) -> None:
    release = ReleaseFolder(published.releases).current()
    assert release is not None

    def publish_and_be_interrupted() -> None:
        with recorded_run(published, "refresh") as run:
            run.publish(release)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        publish_and_be_interrupted()
    assert read_history(published)[-1].result == "published"


def test_only_an_api_that_serves_this_folder_is_watched(
    api: FakeApi, published: BuildFolder, capsys: pytest.CaptureFixture[str]
) -> None:
    current = ReleaseFolder(published.releases).current()
    assert current is not None
    assert not refresh._can_be_watched(Console(), api.url, current)
    assert f"will not be watched: {api.url} serves new" in capsys.readouterr().out
    api.health = [(200, {"status": "healthy", "release_id": current.release_id})]
    assert refresh._can_be_watched(Console(), api.url, current)


@pytest.mark.parametrize(
    ("given", "url"),
    [(None, "http://127.0.0.1:8000"), ("https://a.example/api/", "https://a.example/api")],
)
def test_the_api_is_named_by_its_address(
    monkeypatch: pytest.MonkeyPatch, given: str | None, url: str
) -> None:
    monkeypatch.delenv("AUDIENCE_PORT", raising=False)
    monkeypatch.delenv("AUDIENCE_API_URL", raising=False)
    if given:
        monkeypatch.setenv("AUDIENCE_API_URL", given)
    assert watched_url() == url
    monkeypatch.setenv("AUDIENCE_API_URL", "a.example:8000")
    with pytest.raises(WatchError, match=r"AUDIENCE_API_URL = a.example:8000: expected"):
        watched_url()
