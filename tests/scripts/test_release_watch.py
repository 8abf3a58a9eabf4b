"""A release with which the API does worse is noticed, and a good one is not."""

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from scripts.release_watch import Answers, answers_of, is_running, watch

Health = tuple[int, dict[str, object]]
HEALTHY: Health = (200, {"status": "healthy", "release_id": "new", "reasons": []})
SLOW: Health = (200, {"status": "healthy", "release_id": "old", "reasons": []})
DEGRADED: Health = (
    200,
    {"status": "degraded", "release_id": "new", "reasons": ["A query failed."]},
)
GONE: Health = (503, {"status": "unavailable", "release_id": None})


class FakeApi:
    """An API whose health, second by second, and whose counted answers are given."""

    def __init__(self) -> None:
        self.health: list[Health] = [HEALTHY]
        self.errors = 0
        api = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                status, body = 200, ""
                if self.path == "/health":
                    status, found = api.health[0]
                    body = json.dumps(found)
                else:
                    body = (
                        'audience_requests_total{method="GET",route="/",status="200"} 1e3\n'
                        'audience_requests_total{method="GET",route="/",status="500"}'
                        f" {api.errors}\n"
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


Watch = Callable[..., str | None]


@pytest.mark.parametrize(
    ("health", "trouble"),
    [
        ([HEALTHY], None),
        ([*[SLOW] * 10, HEALTHY], None),
        ([HEALTHY, DEGRADED, DEGRADED, HEALTHY], None),
        ([SLOW], "still serves old"),
        ([HEALTHY, DEGRADED], "is degraded: A query failed."),
        ([GONE], "serves no release"),
    ],
)
def test_what_is_wrong_is_said_where_it_lasts(
    api: FakeApi, health: list[Health], trouble: str | None
) -> None:
    api.health = list(health)
    found = watch(api.url, "new", 30, Answers(), api.next_second)
    assert (found is None) == (trouble is None)
    assert (trouble or "") in (found or "")


def test_errors_since_the_switch_count(api: FakeApi) -> None:
    api.errors = 50
    before = answers_of(api.url)
    assert (before.total, before.errors) == (1050, 50)
    assert watch(api.url, "new", 5, before, api.next_second) is None
    api.errors = 62
    found = watch(api.url, "new", 5, before, api.next_second)
    assert found == "12 of 12 answers since the switch were errors"


def test_an_api_that_has_gone_is_no_good_sign() -> None:
    nowhere = "http://127.0.0.1:9"
    assert not is_running(nowhere)
    found = watch(nowhere, "new", 5, Answers(), lambda _: None)
    assert found == "the API at http://127.0.0.1:9 does not answer any more"
