"""The file of opt-outs: damaged, unreadable, of another release, seen by every worker."""

import io
import re
import stat
from pathlib import Path
from typing import Any

import duckdb
import httpx
import pytest
from rich.console import Console

from api.opt_outs import FILE, LOCK, OptOuts
from api.release_files import read_manifest
from api.stored_lists import without
from scripts.build_folder import BuildFolder
from scripts.campaigns.opt_outs import texts_of_noted
from scripts.campaigns.suppress import HeldBackError, suppress
from scripts.releases import opted_out_file
from scripts.releases.drift import DriftError
from scripts.releases.opted_out_file import OptedOutFile
from scripts.releases.release_folder import ReleaseFolder
from tests.api.conftest import Serve, ServeInThread
from tests.api.noted_opt_outs import noted, one, wait_until_left_out
from tests.conftest import alter_release


def test_a_release_older_than_rankings_leaves_them_out(
    serve_in_thread: ServeInThread, release_copy: BuildFolder
) -> None:
    from tests.api.test_other_versions import TABLES_OF_RANKINGS, WITHOUT_RANKINGS

    release = (release_copy.releases / "current").resolve()
    with duckdb.connect(release / "audience.duckdb") as connection:
        connection.execute(WITHOUT_RANKINGS)
    alter_release(release, without=TABLES_OF_RANKINGS, release_format=1)
    server = serve_in_thread(release_copy)
    urls = ("/recommend/5?n=5", "/recommend/5?n=100", "/audience/5", "/recommend/987654321")
    before = [server.get(url) for url in urls]
    with server.release() as tables:
        gone = one(
            tables,
            "select customer_id::text from customers where engagement_rank <= 20",
        )
    noted(server).add(gone)
    wait_until_left_out(server, gone[0])
    for url, answer in zip(urls, before, strict=True):
        named = re.compile(rf'"customer_id":({"|".join(gone)}),|,({"|".join(gone)}),')
        assert named.search(answer.text), url
        assert not named.search(server.get(url).text), url


def test_an_unreadable_file_takes_no_opt_out_back(
    serve_in_thread: ServeInThread, release_copy: BuildFolder
) -> None:
    file = release_copy.releases / FILE
    file.write_text('{"noted": 7')
    server = serve_in_thread(release_copy)
    health = server.get("/health")
    assert health.status_code == 503
    assert f"{FILE} with the opt-outs is damaged" in str(health.json()["reasons"])
    assert server.get("/recommend/5").status_code == 503
    file.unlink()
    server.wait_for(lambda: server.get("/recommend/5").status_code == 200)

    customer = server.get("/recommend/5").json()["recommendations"][0]["customer_id"]
    noted(server).add([str(customer)])
    wait_until_left_out(server, customer)
    for spoil in (lambda: file.write_text("[]"), file.unlink):
        spoil()
        server.wait_for(lambda: server.get("/health").json()["status"] == "degraded")
        assert server.get(f"/customers/{customer}").status_code == 404
    # A worker that starts now knows none of them, and serves nothing.
    later = serve_in_thread(release_copy)
    assert f"{FILE} with the opt-outs is gone" in later.get("/health").text
    assert later.get("/recommend/5").status_code == 503
    noted(server).replace(noted=[])
    for running in (server, later):
        running.wait_for(
            lambda running=running: running.get(f"/customers/{customer}").status_code == 200
        )
        assert running.get("/health").json()["reasons"] == []


def test_the_file_is_private_and_both_sides_agree_on_its_name(folder: BuildFolder) -> None:
    file = OptedOutFile(folder.releases)
    file.add(["17"])
    file.add(["42"])
    assert stat.S_IMODE(file.path.stat().st_mode) == 0o600
    assert (opted_out_file.FILE, opted_out_file.LOCK) == (FILE, LOCK)
    assert OptOuts.of(file.path.read_bytes()).customers == {"17", "42"}
    first = file.path.read_bytes()
    file.replace(noted=["42", "17"])
    assert file.path.read_bytes() == first, "unchanged: entity tags stay"


def test_a_list_without_customers_has_new_ranks() -> None:
    text = b'{"customer_id":1,"score":1e-7,"rank":1}\n{"customer_id":2,"rank":2}'
    assert without(text, {1}) == b'{"customer_id":2,"rank":1}'
    assert without(text, {2}) == b'{"customer_id":1,"score":1e-7,"rank":1}'
    assert without(text, {1, 2}) == b""
    assert without(text, {3}) is text
    hostile = b'{"customer_id":"a\\"rank\\":9","rank":2}'
    assert without(b'{"customer_id":"b","rank":1}\n' + hostile, {"b"}) == hostile.replace(
        b'"rank":2', b'"rank":1'
    )


def test_it_takes_effect_at_every_worker_although_the_drift_gate_blocks(
    serve: Serve, published: BuildFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    def blocked(*_: Any, **__: Any) -> None:
        raise DriftError("Drift, event mix of the last day: 3 times the usual drift")

    monkeypatch.setattr("scripts.campaigns.suppress.rebuild", blocked)
    server = serve(published, workers=2, switch_seconds=0.5)
    url = "/recommend/5"
    customer = server.get(url).json()["recommendations"][0]["customer_id"]
    served = ReleaseFolder(published.releases).current()
    said = io.StringIO()
    # Meanwhile another build holds the lock, or the gate blocks: the same.
    with pytest.raises(HeldBackError, match=r"are in effect, but no release.*3 times"):
        suppress(published, Console(file=said, width=500), [str(customer)], "by mail")
    assert "Opted out: 1, of which 1 in the current release; noted in" in said.getvalue()
    assert "within two seconds" in said.getvalue()
    assert HeldBackError.exit_code == 3
    assert ReleaseFolder(published.releases).current() == served

    def is_named() -> bool:
        """Whether one of many new connections, spread over the workers, names it."""
        answers = []
        for _ in range(20):
            with httpx.Client(base_url=server.url) as fresh:
                answers.append(f'"customer_id":{customer},' in fresh.get(url).text)
        return any(answers)

    server.wait_for(lambda: not is_named(), 5)
    for _ in range(3):
        assert not is_named()
    assert texts_of_noted(published) == [str(customer)]
    log = server.printed()
    assert f'"{customer}"' not in log
    assert f" {customer} " not in log
    assert read_manifest((published.releases / "current").resolve())
    assert stat.S_IMODE(Path(published.releases / FILE).stat().st_mode) == 0o600


def test_two_servers_of_one_process_leave_out_their_own(
    serve_in_thread: ServeInThread, release_copy: BuildFolder, tmp_path: Path
) -> None:
    """Also a release that is opened again while its last request still runs."""
    other = BuildFolder(tmp_path / "other")
    other.releases.mkdir(parents=True)
    link = other.releases / "current"
    link.symlink_to((release_copy.releases / "current").resolve())
    first, second = serve_in_thread(release_copy), serve_in_thread(other)
    url = "/recommend/987654321?n=5"
    customer = first.get(url).json()["recommendations"][0]["customer_id"]
    noted(first).add([str(customer)])
    wait_until_left_out(first, customer)
    assert f'"customer_id":{customer},' not in first.get(url).text
    assert f'"customer_id":{customer},' in second.get(url).text
