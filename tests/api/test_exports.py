"""Exports that fail, with a client that the test controls."""

import asyncio
import contextlib
import sys
from dataclasses import dataclass, field
from types import SimpleNamespace

import duckdb
import pytest
from prometheus_client import CollectorRegistry
from sanic.response import HTTPResponse

from api import export_places
from api.audiences import Audiences
from api.export_places import ExportPlaces, Patience, caller_of
from api.export_responses import attachment
from api.problems import Problem
from api.routes.exports import export_audience
from api.settings import Settings
from api.unsent_bytes import UnsentBytes
from tests.api.conftest import Server
from tests.api.in_process import opened


@dataclass
class Client:
    """A client of an export.

    Attributes:
        patience: seconds that it needs to receive a part.
        sent: the received parts.
        has_ended: whether it received the end of the response.
        is_cut_off: whether its connection was aborted.
        logged: the members of its log line.
        ended: status, bytes, and whether it was broken off, as counted in the metrics.
    """

    patience: float = 0
    sent: list[bytes] = field(default_factory=list)
    has_ended: bool = False
    is_cut_off: bool = False
    logged: dict[str, object] = field(default_factory=dict)
    ended: tuple[int, int, bool] | None = None

    async def send(self, data: bytes) -> None:
        await asyncio.sleep(self.patience)
        self.sent.append(data)

    async def eof(self) -> None:
        self.has_ended = True

    def cut_off(self) -> None:
        self.is_cut_off = True


@dataclass(frozen=True)
class Unread:
    """Another connection, whose client does not read."""

    size: int

    def unsent(self) -> int:
        return self.size


def export(
    server: Server,
    client: Client,
    settings: Settings,
    *,
    part: str | None = None,
    others: int = 0,
    other: str | None = None,
    unsent: int = 0,
) -> BaseException | None:
    """Export an audience to a client; returns the exception, if any.

    Args:
        part: a query of a part that replaces that of the API.
        others: number of exports that are already running.
        other: who has started them.
        unsent: bytes that other clients have not taken yet.
    """

    async def respond(_: object) -> Client:
        return client

    def end(_: object, response: HTTPResponse, size: int, *, is_broken: bool) -> None:
        client.ended = (response.status, size, is_broken)

    def log(*_: object, **what: object) -> None:
        client.logged = what

    places = ExportPlaces(settings.concurrent_exports)
    waiting = UnsentBytes(CollectorRegistry())
    waiting.watch(Unread(unsent))

    async def run() -> None:
        async with opened(server.folder, settings) as served:
            if part:
                served.release._queries["audience_part"] = part
            await ask(served)

    async def ask(served: Audiences) -> None:
        context = SimpleNamespace(
            serving=SimpleNamespace(current=lambda: served),
            settings=settings,
            exports=places,
            unsent_bytes=waiting,
            telemetry=SimpleNamespace(
                exported_rows=SimpleNamespace(inc=lambda _: None), log=log, end=end
            ),
        )
        request = SimpleNamespace(
            app=SimpleNamespace(ctx=context),
            query_string="",
            method="GET",
            version="1.1",
            ctx=SimpleNamespace(request_id="1", owner="shop"),
            ip="127.0.0.1",
            headers={},
            raw_url=b"/audience/5",
            body=b"",
            transport=SimpleNamespace(abort=client.cut_off),
            respond=respond,
        )
        with contextlib.ExitStack() as stack:
            for _ in range(others):
                stack.enter_context(places.place_of(other))
            await export_audience(request, "5")

    try:
        asyncio.run(run())
    except (Problem, duckdb.Error, asyncio.CancelledError) as error:
        return error
    return None


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("spring_rotation.csv", 'filename="spring_rotation.csv"'),
        (
            'é"; filename="a\r\n.csv',
            'filename="____filename__a__.csv";'
            " filename*=UTF-8''%C3%A9%22%3B%20filename%3D%22a%0D%0A.csv",
        ),
    ],
)
def test_the_name_of_a_campaign_adds_nothing_to_the_header(
    name: str, expected: str
) -> None:
    assert attachment(name) == f"attachment; {expected}"


def test_a_complete_export_ends(server: Server) -> None:
    client = Client()
    assert export(server, client, Settings()) is None
    assert b"".join(client.sent).count(b"\n") == 1001
    assert (client.has_ended, client.is_cut_off) == (True, False)
    assert (client.logged["rows"], client.logged["complete"]) == (1000, True)
    assert client.ended == (200, len(b"".join(client.sent)), False)


def test_a_failed_export_is_detectable(
    server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    client = Client()
    broken = (
        "select -7::bigint as customer_id,"
        " if($first_rank > 1, error('worn out'), 0.5)::double as score"
        " where $last_rank > 0 and $product_id > 0 and $has_scores is not null"
        " and len($listed) > 0 and len($type) > 0"
    )
    ended = export(server, client, Settings(), part=broken)
    assert isinstance(ended, asyncio.CancelledError)
    assert caplog.text.count("Traceback") == 1
    assert "worn out" in caplog.text
    (sent,) = client.sent
    # The list, and one row of the ranking.
    assert sent.endswith(b'\n8,-7,0.5,"engagement",\n')
    assert (client.has_ended, client.is_cut_off) == (False, True)
    assert (client.logged["rows"], client.logged["complete"]) == (8, False)
    assert client.ended == (200, len(client.sent[0]), True)


def test_an_export_that_fails_at_the_start_is_an_error(server: Server) -> None:
    client = Client()
    broken = "select no_such_column from main.customers"
    assert isinstance(export(server, client, Settings(), part=broken), duckdb.Error)
    assert (client.is_cut_off, client.ended, client.logged) == (False, None, {})


def test_a_client_that_receives_nothing_is_disconnected(
    server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    client = Client(patience=60)
    ended = export(server, client, Settings(request_seconds=0.2))
    assert isinstance(ended, asyncio.CancelledError)
    assert client.logged["trouble"] == "the client received nothing for 0.2 s"
    assert caplog.text == "", "it is logged as an event, not as an error"
    assert (client.has_ended, client.is_cut_off) == (False, True)


def test_concurrent_exports_are_limited(server: Server) -> None:
    client = Client()
    problem = export(server, client, Settings(concurrent_exports=1), others=1)
    assert isinstance(problem, Problem)
    assert "The largest number of exports is already running" in problem.detail
    assert (problem.status, problem.headers["retry-after"]) == (503, "5")
    assert client.sent == []


def test_one_caller_has_at_most_half_of_the_places(server: Server) -> None:
    """Before, two slow readers of one key held all exports of a worker."""
    client = Client()
    asked = {"settings": Settings(concurrent_exports=4), "others": 2}
    problem = export(server, client, other="key 'shop'", **asked)  # type: ignore[arg-type]
    assert isinstance(problem, Problem)
    assert problem.detail == "The key 'shop' has 2 of 4 exports: try again in a moment."
    assert (problem.status, problem.headers["retry-after"]) == (503, "5")
    assert export(server, client, other="key 'crm'", **asked) is None  # type: ignore[arg-type]
    assert client.has_ended


def test_a_caller_without_a_name_may_have_all_places() -> None:
    places = ExportPlaces(2)
    third = places.place_of("address 10.0.0.1")
    with places.place_of(None), places.place_of(None), pytest.raises(Problem):
        third.__enter__()
    single = ExportPlaces(1)
    for _ in range(2):  # A place that was given back is free.
        with single.place_of("address 10.0.0.1"):
            pass
    assert not single._running


@pytest.mark.parametrize(
    ("owner", "ip", "expected"),
    [
        ("shop", "127.0.0.1", "key 'shop'"),
        (None, "10.0.0.1", "address 10.0.0.1"),
        (None, "::ffff:127.0.0.1", None),
        (None, "", None),
    ],
)
def test_callers_are_told_apart_by_key_or_address(
    owner: str | None, ip: str, expected: str | None
) -> None:
    request = SimpleNamespace(ctx=SimpleNamespace(owner=owner), ip=ip)
    assert caller_of(request) == expected  # type: ignore[arg-type]


def test_no_export_while_too_many_bytes_wait(server: Server) -> None:
    client = Client()
    problem = export(server, client, Settings(), unsent=64_000_001)
    assert isinstance(problem, Problem)
    assert problem.kind == "too-many-unsent"
    assert client.sent == []


def test_a_client_must_take_a_least_rate(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before, each part had ten seconds, and all of them together no limit."""
    module = sys.modules[export_audience.__module__]
    monkeypatch.setattr(module, "PART_SIZE", 100)
    monkeypatch.setattr(module, "SMALLEST_PART", 100)
    monkeypatch.setattr(export_places, "LEAST_BYTES_PER_SECOND", 10**9)
    client = Client(patience=0.2)
    ended = export(server, client, Settings(request_seconds=0.5))
    assert isinstance(ended, asyncio.CancelledError)
    assert client.logged["trouble"] == "the client took less than 1000000000 bytes a second"
    assert 1 <= len(client.sent) < 5
    assert (client.has_ended, client.is_cut_off) == (False, True)


def test_a_client_has_the_time_that_the_least_rate_allows() -> None:
    patience = Patience(10)
    assert patience.left(0) == 10
    patience._waited = 9
    assert patience.left(500_000) == 6
    assert patience.left(5_000_000) == 10
