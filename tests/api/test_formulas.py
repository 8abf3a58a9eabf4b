"""Ids that a spreadsheet would compute: a file says so, and quotes them if asked."""

import asyncio
import csv
import io
import re
import shutil

import duckdb
import pyarrow
import pytest

from api.export_formats import FORMULA, Csv
from api.export_responses import has_ids_like_formulas
from api.opt_outs import OptOuts
from api.query_gates import KINDS
from api.settings import Settings
from scripts.build_folder import BuildFolder
from scripts.campaigns.formulas import FORMULA as FORMULA_OF_LISTS
from tests.api.conftest import ServeInThread, Server
from tests.api.in_process import opened
from tests.conftest import alter_release

LIKE_FORMULAS = ("=1+1", "+1", "-1", "@a", "\ta", "\ra", "\uff1d1", "\uff0d1")
OTHERS = ("a=1", "'=1", "a\n=1", "")


def written(*, quotes_formulas: bool) -> list[list[str]]:
    """What a reader of CSV gets."""
    names = [*LIKE_FORMULAS, *OTHERS]
    table = pyarrow.table({"rank": [-1] * len(names), "customer_id": names})
    data = Csv(quotes_formulas=quotes_formulas).write(table).decode()
    return list(csv.reader(io.StringIO(data, newline="")))


def test_a_quote_stands_before_what_a_spreadsheet_would_compute() -> None:
    header = ["rank", "customer_id"]
    plain = [["-1", name] for name in (*LIKE_FORMULAS, *OTHERS)]
    assert written(quotes_formulas=False) == [header, *plain]
    quoted = [["-1", f"'{name}"] for name in LIKE_FORMULAS]
    assert written(quotes_formulas=True) == [header, *quoted, *plain[len(LIKE_FORMULAS) :]]


def test_lists_and_files_have_the_same_rule() -> None:
    for text in (*LIKE_FORMULAS, *OTHERS):
        expected = text in LIKE_FORMULAS
        assert bool(re.search(FORMULA, text)) == expected
        assert bool(re.search(FORMULA_OF_LISTS, text)) == expected


@pytest.mark.parametrize("name", [*LIKE_FORMULAS, "a=1"])
def test_a_file_warns_if_the_release_has_such_ids(
    name: str, text_build: BuildFolder, folder: BuildFolder, serve_in_thread: ServeInThread
) -> None:
    shutil.copytree(text_build.releases, folder.releases, symlinks=True)
    release = (folder.releases / "current").resolve()
    with duckdb.connect(release / "audience.duckdb") as connection:
        connection.execute(
            "update products set product_id = ? where product_id = 'A/1'", [name]
        )
    alter_release(release)
    server = serve_in_thread(folder)
    for query in ("", "?formulas=quote", "?format=csv"):
        sent = server.get(f"/audience/new{query}").headers["x-ids-like-formulas"]
        assert sent == ("true" if name in LIKE_FORMULAS else "false")
    assert "x-ids-like-formulas" not in server.get("/audience/new?format=jsonl").headers


def test_a_release_is_searched_for_such_ids_only_once(text_build: BuildFolder) -> None:
    """The search reads all customers: many `HEAD` requests must not repeat it."""

    async def run() -> None:
        async with opened(text_build, Settings()) as audiences:
            release = audiences.release
            assert not await has_ids_like_formulas(release)
            del release._queries["ids_like_formulas"]
            assert not await has_ids_like_formulas(release)
            without = await release.leaving_out(OptOuts(frozenset({"007"}), "-1"))
            assert not await has_ids_like_formulas(without)

    asyncio.run(run())
    assert "ids_like_formulas" in KINDS


def test_a_file_quotes_only_if_asked(
    text_build: BuildFolder, serve_in_thread: ServeInThread
) -> None:
    server = serve_in_thread(text_build)
    plain, quoted = (
        server.get(f"/audience/new?formulas={word}") for word in ("keep", "quote")
    )
    assert plain.text == quoted.text
    assert plain.headers["x-ids-like-formulas"] == "false"
    assert plain.headers["etag"] != quoted.headers["etag"]
    refused = server.get("/audience/new?formulas=maybe")
    assert refused.status_code == 422
    assert refused.json()["detail"].endswith("expected one of keep, quote.")


def test_ids_that_are_numbers_are_never_formulas(server: Server) -> None:
    found = server.get("/campaigns/spring_rotation/audience?format=csv&formulas=quote")
    assert found.headers["x-ids-like-formulas"] == "false"
    assert "'" not in found.text.splitlines()[1]
