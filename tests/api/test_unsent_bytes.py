"""Clients that do not read their answers fill no memory, and hold no place for long."""

import contextlib
import json
import socket
from collections.abc import Iterator
from dataclasses import dataclass

import httpx
import pytest
from prometheus_client import CollectorRegistry
from sanic.response import HTTPResponse

from api import unsent_bytes
from api.problems import Problem
from api.unsent_bytes import MOST_UNSENT, Progress, UnsentBytes
from tests.api.conftest import ServeInThread, Server
from tests.api.running_api import RunningApi

BODY = json.dumps({"product_ids": [10**15 + number for number in range(1000)], "n": 100})
BATCH = (
    f"POST /recommend/batch HTTP/1.1\r\nhost: localhost\r\ncontent-length: {len(BODY)}"
    f"\r\n\r\n{BODY}"
).encode()


@dataclass(eq=False)
class Client:
    """A connection, as `UnsentBytes` sees it."""

    waiting: int

    def unsent(self) -> int:
        return self.waiting


@contextlib.contextmanager
def deaf_clients(
    server: RunningApi, count: int, asked: bytes
) -> Iterator[list[socket.socket]]:
    """Connections that ask, and never read."""
    port = int(server.url.rsplit(":")[-1])
    with contextlib.ExitStack() as stack:
        found = []
        for _ in range(count):
            one = stack.enter_context(socket.socket())
            one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            one.connect(("127.0.0.1", port))
            one.sendall(asked)
            found.append(one)
        yield found


def measured(server: RunningApi, name: str) -> float:
    """A metric without labels."""
    text = server.get("/metrics").text
    return float(text.split(f"\n{name} ")[1].split("\n")[0])


def test_a_client_that_does_not_read_is_cut_off(
    serve_in_thread: ServeInThread, server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    """Before, the answer stayed in memory until the client left."""
    api = serve_in_thread(server.folder, request_seconds=0.5)
    # The second one asks twice at once: its second answer waits for the first. That of the
    # third is an error, because its second request never arrives.
    with (
        deaf_clients(api, 1, BATCH),
        deaf_clients(api, 1, BATCH * 2),
        deaf_clients(api, 1, BATCH + BATCH[:-5]),
    ):
        api.wait_for(lambda: measured(api, "audience_unsent_bytes") > 10_000_000)
        api.wait_for(lambda: measured(api, "audience_connections_cut_off_total") == 3)
        api.wait_for(lambda: measured(api, "audience_unsent_bytes") == 0)
    assert "Cut off 1 clients that took less than 10000 bytes a second" in caplog.text
    assert "Traceback" not in caplog.text
    assert api.get("/recommend/5").status_code == 200


def test_unsent_answers_of_a_worker_are_bounded(
    serve_in_thread: ServeInThread, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unsent_bytes, "MOST_UNSENT", 20_000_000)
    api = serve_in_thread(server.folder)
    with deaf_clients(api, 6, BATCH):
        api.wait_for(
            lambda: 'route="/recommend/batch",status="503"' in api.get("/metrics").text
        )
        assert 0 < measured(api, "audience_unsent_bytes") < 20_000_000
        refused = httpx.post(f"{api.url}/recommend/batch", content=BODY)
        assert refused.status_code == 503
        assert refused.headers["retry-after"] == "5"
        assert refused.json()["type"].endswith(":too-many-unsent")
        assert httpx.get(f"{api.url}/recommend/5").status_code == 200
    api.wait_for(lambda: measured(api, "audience_unsent_bytes") == 0)
    answer = httpx.post(f"{api.url}/recommend/batch", content=BODY)
    assert (answer.status_code, len(answer.json()["results"])) == (200, 1000)


def test_a_long_answer_needs_room_and_a_short_one_does_not() -> None:
    here = UnsentBytes(CollectorRegistry())
    short, long = HTTPResponse(b"." * 64_000), HTTPResponse(b"." * 64_001)
    here.watch(Client(MOST_UNSENT - 64_000))
    assert here.problem_instead_of(short) is None
    assert here.problem_instead_of(HTTPResponse(None, 304)) is None
    problem = here.problem_instead_of(long)
    assert problem is not None
    assert "63936000 bytes of their answers yet, of at most 64000000" in problem.detail
    here.check()
    late = Client(64_001)
    here.watch(late)
    with pytest.raises(Problem):
        here.check()
    here.leave(late)
    here.check()


def test_the_first_answer_always_fits_and_what_was_taken_is_forgotten() -> None:
    here = UnsentBytes(CollectorRegistry())
    client = Client(0)
    here.watch(client)
    here.check(MOST_UNSENT + 1)
    client.waiting = MOST_UNSENT
    assert here.total() == 0, "it is not watched any more"


def test_progress_is_a_least_rate() -> None:
    progress = Progress(10)
    assert not progress.is_stalled(100, 0, 1_000_000)
    assert not progress.is_stalled(105, 0, 1_000_000)
    assert not progress.is_stalled(110, 0, 1_000_000)
    assert progress.is_stalled(110.5, 104_000, 896_000)
    # Slow enough to be seen, fast enough to stay: each window is judged alone.
    progress = Progress(10)
    assert not progress.is_stalled(100, 0, 1_000_000)
    assert not progress.is_stalled(111, 110_000, 890_000)
    assert not progress.is_stalled(121, 110_001, 889_999)
    assert progress.is_stalled(122, 110_001, 889_999)


def test_small_answers_on_a_busy_connection_are_no_stall() -> None:
    """At every look some bytes are on their way, but never those of the look before."""
    progress = Progress(10)
    for look in range(100):
        assert not progress.is_stalled(5.0 * look, 500 * look, 500)
