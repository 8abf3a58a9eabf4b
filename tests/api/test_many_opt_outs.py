"""Many opt-outs with long ids take effect, and if they cannot, no customer is named."""

import asyncio
import json
from collections.abc import Iterator

import duckdb
import pytest

from api import opt_outs
from api.audiences import Lookups
from api.opt_outs import FILE, OptedOutTable, OptOuts
from api.serving import Serving
from api.settings import Settings
from scripts.build_folder import BuildFolder
from scripts.releases.opted_out_file import OptedOutFile
from tests.api.conftest import ServeInThread
from tests.api.in_process import opened
from tests.api.noted_opt_outs import linked, noted, wait_until_left_out
from tests.conftest import FinishedBuild

TEXT = '["VARCHAR"]'


def long_ids(count: int) -> list[str]:
    return [f"{number:064}" for number in range(count)]


@pytest.fixture
def table() -> Iterator[OptedOutTable]:
    """A table in a database with the least memory that the settings allow."""
    with duckdb.connect(config={"memory_limit": "16MB", "threads": 1}) as connection:
        found = OptedOutTable(connection)
        found.create("VARCHAR")
        yield found


def rows(table: OptedOutTable) -> set[str]:
    found = table._connection.execute(f"select customer_id from {table.database}.opted_out")
    return {row[0] for row in found.fetchall()}


def test_long_ids_fit_a_small_memory(table: OptedOutTable) -> None:
    """Before, one text with all ids was parsed, which takes many times its size."""
    first = frozenset(long_ids(60_000))
    assert table.write(first, TEXT) == first
    assert rows(table) == first
    more = first | {"one more"}
    table.write(more, TEXT)
    assert rows(table) == more
    table.write(frozenset({"one more", "other"}), TEXT)  # The rest was taken back.
    assert rows(table) == {"one more", "other"}


def test_rows_stay_if_others_do_not_fit(table: OptedOutTable) -> None:
    table.write(frozenset({"a", "b"}), TEXT)
    with pytest.raises(duckdb.OutOfMemoryException):
        table.write(frozenset({"b", *("." * 2000 + one for one in long_ids(20_000))}), TEXT)
    assert rows(table) == {"a", "b"}
    table.write(frozenset({"b", "c"}), TEXT)
    assert rows(table) == {"b", "c"}


@pytest.mark.slow
def test_four_hundred_thousand_long_ids_take_effect(
    serve_in_thread: ServeInThread, text_build: BuildFolder, folder: BuildFolder
) -> None:
    server = serve_in_thread(linked(folder, text_build))
    assert server.get("/customers/007").status_code == 200
    noted(server).add(["007", *long_ids(400_000)])
    server.wait_for(lambda: server.get("/customers/007").status_code == 404, 30)
    assert server.get("/health").json()["reasons"] == []
    assert '"007"' not in server.get("/recommend/A%2F1").text


def test_if_they_cannot_take_effect_no_customer_is_named(
    serve_in_thread: ServeInThread,
    dirty_build: FinishedBuild,
    folder: BuildFolder,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Before, the API went on naming them, and each look wrote a traceback."""
    server = serve_in_thread(linked(folder, dirty_build.folder))
    url = "/recommend/987654321"
    customer = server.get(url).json()["recommendations"][0]["customer_id"]
    write = OptedOutTable.write

    def fail(*_: object) -> None:
        raise duckdb.OutOfMemoryException("too many")

    monkeypatch.setattr(OptedOutTable, "write", fail)
    noted(server).add([str(customer)])
    server.wait_for(lambda: server.get(url).status_code == 503)
    assert server.get(url).json()["type"].endswith(":opt-outs-not-in-effect")
    for other in ("/audience/5", f"/customers/{customer}", "/release", "/ready"):
        assert server.get(other).status_code == 503, other
    health = server.get("/health").json()
    assert health["status"] == "degraded"
    assert f"The latest {FILE} cannot be put into effect" in health["reasons"][0]
    assert "AUDIENCE_DATABASE_MEMORY" in health["reasons"][0]
    assert caplog.text.count("Traceback") == 1

    monkeypatch.setattr(OptedOutTable, "write", write)
    noted(server).add(["17"])  # Others are tried at once, the same ones after a pause.
    wait_until_left_out(server, customer)
    assert f'"customer_id":{customer},' not in server.get(url).text
    assert server.get("/ready").status_code == 200


def test_the_same_opt_outs_are_tried_again(
    dirty_build: FinishedBuild, folder: BuildFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """For example when the queries that took the memory have ended."""
    OptedOutFile(folder.releases).add(["17"])

    async def run() -> None:
        serving = Serving(Settings(release_dir=folder.releases))
        async with opened(dirty_build.folder, Settings(), Lookups()) as audiences:
            serving.audiences = audiences
            with monkeypatch.context() as patched:
                patched.setattr(OptedOutTable, "write", None)
                await serving.look_for_opt_outs()
            assert serving.lacks_opt_outs
            await serving.look_for_opt_outs()
            assert serving.lacks_opt_outs, "not at once: it takes a second of a core"
            serving._next_effect = 0.0
            await serving.look_for_opt_outs()
            assert not serving.lacks_opt_outs
            assert serving.current().release.opt_outs.customers == {"17"}

    asyncio.run(run())


def test_the_file_is_not_parsed_by_the_event_loop(
    folder: BuildFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    OptedOutFile(folder.releases).add(["17"])
    parsed_in_loop: list[bool] = []
    parse = json.loads

    def loads(content: bytes) -> object:
        try:
            asyncio.get_running_loop()
            parsed_in_loop.append(True)
        except RuntimeError:
            parsed_in_loop.append(False)
        return parse(content)

    monkeypatch.setattr(opt_outs.json, "loads", loads)
    file = opt_outs.OptOutFile(folder.releases)
    asyncio.run(file.look())
    assert file.opt_outs is not None
    assert file.opt_outs.customers == OptOuts.of(file._path.read_bytes()).customers
    assert parsed_in_loop[0] is False
