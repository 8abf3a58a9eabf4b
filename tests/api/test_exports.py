"""Exports that go wrong, with a client that the test controls."""

import asyncio
import shutil
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace

import duckdb

from api.audiences import Audiences, Lookups
from api.problems import Problem
from api.release import Release
from api.routes.exports import export_audience
from api.settings import Settings
from tests.api.conftest import Server


@dataclass
class Client:
    """What a client receives.

    Attributes:
        patience: seconds that it takes to take a part.
        sent: the parts that it took.
        has_ended: whether it was told that this is all.
        is_cut_off: whether its connection was broken.
        logged: what was logged of it.
    """

    patience: float = 0
    sent: list[bytes] = field(default_factory=list)
    has_ended: bool = False
    is_cut_off: bool = False
    logged: dict[str, object] = field(default_factory=dict)

    async def send(self, data: bytes) -> None:
        await asyncio.sleep(self.patience)
        self.sent.append(data)

    async def eof(self) -> None:
        self.has_ended = True

    def cut_off(self) -> None:
        self.is_cut_off = True


def copied(server: Server) -> Path:
    """The release in a place of its own: a process opens a file with one configuration."""
    place = Path(tempfile.mkdtemp()) / "release"
    shutil.copytree(server.folder.releases / "current", place)
    return place


def export(
    server: Server,
    client: Client,
    settings: Settings,
    *,
    part: str | None = None,
    others: int = 0,
) -> BaseException | None:
    """Export an audience to a client; returns what was raised.

    Args:
        part: the query of a part, instead of the API's.
        others: how many exports run already.
    """

    async def respond(**_: object) -> Client:
        return client

    def log(*_: object, **what: object) -> None:
        client.logged = what

    async def run() -> None:
        release = Release(copied(server), settings)
        audiences = await Audiences.of(release, settings, Lookups())
        if part:
            release._queries["audience_part"] = part
        context = SimpleNamespace(
            serving=SimpleNamespace(current=lambda: audiences),
            settings=settings,
            exports=asyncio.Semaphore(settings.concurrent_exports),
            observation=SimpleNamespace(
                exported_rows=SimpleNamespace(inc=lambda _: None), log=log
            ),
        )
        request = SimpleNamespace(
            app=SimpleNamespace(ctx=context),
            query_string="",
            headers={},
            raw_url=b"/audience/5",
            body=b"",
            transport=SimpleNamespace(abort=client.cut_off),
            respond=respond,
        )
        for _ in range(others):
            await context.exports.acquire()
        try:
            await export_audience(request, "5")
        finally:
            release.retire()

    try:
        asyncio.run(run())
    except (Problem, duckdb.Error, TimeoutError) as error:
        return error
    return None


def test_a_whole_export_ends(server: Server) -> None:
    client = Client()
    assert export(server, client, Settings()) is None
    assert b"".join(client.sent).count(b"\n") == 1001
    assert (client.has_ended, client.is_cut_off) == (True, False)
    assert (client.logged["rows"], client.logged["complete"]) == (1000, True)


def test_an_export_that_fails_is_never_taken_for_the_whole(server: Server) -> None:
    client = Client()
    broken = "select no_such_column from main.customers"
    assert isinstance(export(server, client, Settings(), part=broken), duckdb.Error)
    assert (client.has_ended, client.is_cut_off) == (False, True)
    assert (client.logged["rows"], client.logged["complete"]) == (0, False)


def test_a_client_that_takes_nothing_is_left(server: Server) -> None:
    client = Client(patience=60)
    assert isinstance(export(server, client, Settings(request_seconds=0.2)), TimeoutError)
    assert (client.has_ended, client.is_cut_off) == (False, True)


def test_exports_at_once_are_few(server: Server) -> None:
    client = Client()
    problem = export(server, client, Settings(concurrent_exports=1), others=1)
    assert isinstance(problem, Problem)
    assert "As many exports as may are running" in problem.detail
    assert (problem.status, problem.headers["retry-after"]) == (503, "5")
    assert client.sent == []
