"""Keys and rates, the log of requests, and the limits of a connection."""

import asyncio
import contextlib
import json
import multiprocessing
import os
import re
import subprocess
import sys
import time
from dataclasses import fields, replace
from pathlib import Path

import duckdb
import httpx
import pytest

from api import keys
from api.__main__ import metrics_folder
from api.authentication import Authenticator
from api.documentation import openapi
from api.keys import hashed
from api.named_queries import read_queries
from api.problems import Problem
from api.rate_limit import COUNT, RateLimit
from api.release import Release
from api.settings import Settings, SettingsError, variable
from scripts.build_folder import PROJECT, BuildFolder
from tests.api.conftest import Serve, ServeInThread, Server, free_port, start, stop
from tests.api.in_process import application
from tests.conftest import FinishedBuild

REFUSALS = "disabled by configuration|configuration has been locked|read-only mode"


def test_other_machines_need_a_key_or_a_setting() -> None:
    read = Settings.from_environment
    with pytest.raises(SettingsError, match=r"AUDIENCE_HOST = 0\.0\.0\.0 can be reached"):
        read({"AUDIENCE_HOST": "0.0.0.0"})
    for nothing in (",", " , ,"):
        with pytest.raises(SettingsError, match="can be reached from other machines"):
            read({"AUDIENCE_HOST": "0.0.0.0", "AUDIENCE_API_KEYS": nothing})
    assert read({"AUDIENCE_HOST": "0.0.0.0", "AUDIENCE_ALLOW_ANONYMOUS": "1"})
    assert read({"AUDIENCE_HOST": "0.0.0.0", "AUDIENCE_API_KEYS": "a:" + "0" * 64})
    assert read({"AUDIENCE_HOST": "::1"})
    assert read({}).host == "127.0.0.1"


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("PORT", "http", "AUDIENCE_PORT = http: expected a whole number"),
        ("PORT", "70000", "AUDIENCE_PORT = 70000: expected a whole number from 0 to 65535"),
        ("WORKERS", "-1", "AUDIENCE_WORKERS = -1"),
        ("ACCESS_LOG", "maybe", "AUDIENCE_ACCESS_LOG = maybe: expected 1 or 0"),
        ("API_KEYS", "a:secret", "AUDIENCE_API_KEYS: entry 1 is not name:sha256"),
        ("DATABASE_MEMORY", "lots", "AUDIENCE_DATABASE_MEMORY = lots: expected a size"),
        ("DATABASE_MEMORY", "0MB", "AUDIENCE_DATABASE_MEMORY = 0MB: expected a size"),
        (
            "CORS_ORIGINS",
            "*",
            "AUDIENCE_CORS_ORIGINS: '*' is no origin: expected ones such",
        ),
        ("CORS_ORIGINS", "https://a.example/", "'https://a.example/' is no origin"),
        ("CORS_ORIGINS", "https://a.example, b.example", "'b.example' is no origin"),
        ("RATE_LIMIT", "5", "AUDIENCE_RATE_LIMIT = 5 needs AUDIENCE_API_KEYS"),
        ("QUERY_SECONDS", "nan", "AUDIENCE_QUERY_SECONDS = nan"),
    ],
)
def test_an_invalid_setting_is_refused(name: str, value: str, message: str) -> None:
    with pytest.raises(SettingsError, match=re.escape(message)) as caught:
        Settings.from_environment({f"AUDIENCE_{name}": value})
    assert "secret" not in str(caught.value)


def test_every_setting_is_in_the_documentation() -> None:
    page = (PROJECT / "docs" / "api.md").read_text()
    for setting in fields(Settings):
        default = "" if setting.default == "" else f"`{setting.default}`"
        row = f"| `{variable(setting.name)}` | {default} | {setting.metadata['meaning']} |"
        assert row in page


def test_keys_are_made_checked_and_replaced(capsys: pytest.CaptureFixture[str]) -> None:
    assert keys.main(["shop"]) == 0
    key, entry = (line.split()[-1] for line in capsys.readouterr().out.splitlines())
    assert entry == f"shop:{hashed(key)}"
    both = Settings.from_environment({"AUDIENCE_API_KEYS": f"{entry},shop:{hashed('old')}"})
    assert both.api_keys
    authenticator = Authenticator(
        {hashed(key): "shop", hashed("old"): "shop"}, RateLimit.of(0, [])
    )
    assert authenticator.authenticate(key) == authenticator.authenticate("old") == "shop"
    for wrong in (None, "", "x", hashed(key)):
        with pytest.raises(Problem, match="no valid API key"):
            authenticator.authenticate(wrong)


def test_a_key_has_one_rate_over_all_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [100.9]
    monkeypatch.setattr("api.rate_limit.time.monotonic", lambda: clock[0])
    names = {hashed("a"): "a", hashed("old a"): "a", hashed("b"): "b"}
    rate_limit = RateLimit.of(3, names.values(), workers=2)
    first, second = (Authenticator(names, replace(rate_limit, worker=k)) for k in range(2))
    assert [
        first.authenticate("a"),
        second.authenticate("old a"),
        first.authenticate("a"),
    ] == ["a"] * 3
    for authenticator in (first, second):
        with pytest.raises(Problem) as caught:
            authenticator.authenticate("a")
        assert (caught.value.status, caught.value.headers["retry-after"]) == (429, "1")
        assert authenticator.authenticate("b") == "b"
    clock[0] = 101.1
    assert [second.authenticate("a") for _ in range(3)] == ["a"] * 3
    with pytest.raises(Problem, match="used up"):
        first.authenticate("a")


def test_one_connection_has_the_whole_rate_of_its_key(serve: Serve, server: Server) -> None:
    counting = serve(
        server.folder, api_keys=f"shop:{hashed('s')}", rate_limit=20, workers=2
    )
    ask = {"x-api-key": "s"}
    answers = [counting.get("/recommend/5", headers=ask).status_code for _ in range(500)]
    assert answers[:20] == [200] * 20
    assert 429 in answers


def test_processes_share_their_counts() -> None:
    rate_limit = RateLimit.of(3, ["a", "b"], workers=2)
    other = multiprocessing.get_context("spawn").Process(
        target=replace(rate_limit, worker=1).take, args=("b",)
    )
    other.start()
    other.join()
    assert [count & COUNT for count in rate_limit.counts] == [0, 0, 0, 1]


def test_a_server_with_keys(serve: Serve, dirty_build: FinishedBuild) -> None:
    server = serve(
        dirty_build.folder, api_keys=f"shop:{hashed('open sesame')}", rate_limit=50
    )
    for path in ("/", "/health", "/ready", "/openapi.json", "/docs"):
        assert server.get(path).status_code == 200
    for path in ("/recommend/5", "/customers/1", "/metrics", "/release", "/nothing"):
        answer = server.get(path)
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"].startswith("ApiKey")
    by_header = {"x-api-key": "open sesame"}
    assert server.get("/recommend/5", headers=by_header).status_code == 200
    by_token = {"authorization": "Bearer open sesame"}
    assert server.get("/recommend/5", headers=by_token).status_code == 200
    document = server.get("/openapi.json").json()
    assert document["paths"]["/recommend/{product_id}"]["get"]["security"] == [{"key": []}]
    for odd in (b"\xff", "ß".encode()):
        assert server.get("/recommend/5", headers={"x-api-key": odd}).status_code == 401
        bearer = {"authorization": b"Bearer " + odd}
        assert server.get("/recommend/5", headers=bearer).status_code == 401
    statuses = [server.get("/recommend/5", headers=by_header) for _ in range(200)]
    refused = [answer for answer in statuses if answer.status_code == 429]
    assert refused
    assert refused[0].headers["retry-after"] == "1"
    server.wait_for(lambda: '"key": "shop"' in server.log.read_text())
    assert "open sesame" not in server.log.read_text()


def test_only_pages_of_listed_origins_may_call(
    serve_in_thread: ServeInThread, server: Server
) -> None:
    ask = {"origin": "https://shop.example"}
    assert (
        "access-control-allow-origin" not in server.get("/recommend/5", headers=ask).headers
    )
    listing = serve_in_thread(
        server.folder, cors_origins="https://shop.example, https://b.example"
    )
    allowed = listing.get("/recommend/5", headers=ask).headers
    assert allowed["access-control-allow-origin"] == "https://shop.example"
    assert allowed["vary"] == "origin"
    other = listing.get("/recommend/5", headers={"origin": "https://evil.example"}).headers
    assert "access-control-allow-origin" not in other
    preflight = listing.client.options("/recommend/batch", headers=ask)
    assert preflight.status_code == 204
    assert preflight.headers["vary"] == "origin"
    assert preflight.headers["access-control-allow-methods"] == "GET, POST"


def test_answers_say_what_they_vary_with(
    serve_in_thread: ServeInThread, server: Server
) -> None:
    listing = serve_in_thread(server.folder, cors_origins="https://shop.example")
    known = listing.get("/recommend/5").headers["etag"]
    for path, headers, status, varies in (
        ("/recommend/5", {}, 200, "origin"),
        ("/recommend/5", {"if-none-match": known}, 304, "origin"),
        ("/recommend/x", {}, 422, "origin"),
        ("/nothing", {}, 404, "origin"),
        ("/audience/5", {}, 200, "origin"),
        ("/docs", {}, 200, "origin"),
        ("/docs/assets/docs.js", {}, 200, "origin"),
        ("/", {}, 200, "accept, origin"),
        ("/", {"accept": "text/html"}, 303, "accept, origin"),
        # A page is compressed for those that ask for it.
        ("/pages/overview", {}, 200, "accept-encoding, origin"),
        ("/pages/assets/style.css", {}, 200, "accept-encoding, origin"),
    ):
        for origin in ({}, {"origin": "https://shop.example"}, {"origin": "null"}):
            answer = listing.get(path, headers=headers | origin)
            assert (answer.status_code, answer.headers["vary"]) == (status, varies), path
    assert "vary" not in server.get("/recommend/5").headers
    assert server.get("/pages/overview").headers["vary"] == "accept-encoding"


def test_exports_are_logged_and_customer_ids_are_not(
    dirty_build: FinishedBuild, tmp_path: Path
) -> None:
    server = start(dirty_build.folder, tmp_path / "log")
    with server.release() as release:
        row = release.execute(
            "select customer_id from customers where customer_id > 999 limit 1"
        ).fetchone()
    assert row is not None
    try:
        for path in (f"/customers/{row[0]}", f"/customers/{row[0]}x", "/recommend/5?n=50"):
            server.get(path, headers={"x-request-id": "mine-1"})
        exported = server.get("/audience/5?n=20")
        assert exported.status_code == 200
        server.get("/recommend/5", headers={"x-request-id": 'a" injected'})
    finally:
        stop(server)
    lines = [json.loads(line) for line in server.log.read_text().splitlines()[1:]]
    assert [line["event"] for line in lines].count("export") == 1
    export = next(line for line in lines if line["event"] == "export")
    assert (export["product_id"], export["format"], export["rows"]) == (5, "csv", 20)
    assert (export["complete"], export["trouble"]) == (True, None)
    route = "/audience/<product_id:str>"
    ended = next(line for line in lines if line.get("route") == route)
    assert (ended["status"], ended["bytes"]) == (200, len(exported.content))
    assert ended["milliseconds"] > 0
    assert {line["request_id"] for line in lines} >= {"mine-1"}
    assert str(row[0]) not in re.sub(
        r'"(time|request_id)": "[^"]*"', "", server.log.read_text()
    )
    routes = {line.get("route") for line in lines}
    assert "/customers/<customer_id:str>" in routes


def test_an_unread_log_stops_no_request(dirty_build: FinishedBuild) -> None:
    reading, writing = os.pipe()
    os.set_blocking(writing, True)
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "api"],
        cwd=PROJECT,
        env=os.environ
        | {
            "AUDIENCE_RELEASE_DIR": str(dirty_build.folder.releases),
            "AUDIENCE_PORT": str(port),
            "AUDIENCE_WORKERS": "1",
        },
        stdout=writing,
    )
    os.close(writing)
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=5) as client:
            for _ in range(200):
                with contextlib.suppress(httpx.TransportError):
                    client.get("/health")
                    break
                time.sleep(0.05)
            for _ in range(3):
                # More lines than a pipe holds, then a pause until the next write.
                assert {client.get("/health").status_code for _ in range(500)} == {200}
                time.sleep(0.3)
            os.close(reading)
            time.sleep(0.6)
            assert client.get("/metrics").status_code == 200
    finally:
        process.kill()
        process.wait()


def test_metrics_of_a_killed_server_are_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", "")
    ended = subprocess.Popen(["true"])
    ended.wait()
    left = tmp_path / f"audience-metrics-{ended.pid}-x"
    others = [
        tmp_path / f"audience-metrics-{os.getppid()}-x",
        tmp_path / "audience-metrics-x",
    ]
    for folder in (left, *others):
        folder.mkdir()
        (folder / "counter.db").touch()
    with metrics_folder():
        assert not left.exists()
        assert len(list(tmp_path.iterdir())) == len(others) + 1
    assert sorted(tmp_path.iterdir()) == sorted(others)


def test_a_connection_can_read_nothing_but_the_release(dirty_build: FinishedBuild) -> None:
    async def attack() -> None:
        folder = (dirty_build.folder.releases / "current").resolve()
        release = Release(folder, Settings())
        for number, statement in enumerate(
            (
                "select * from read_text('/etc/passwd')",
                "copy main.customers to '/tmp/stolen.csv'",
                "attach '/tmp/other.duckdb'",
                "set enable_external_access = true",
                "delete from main.customers",
            )
        ):
            release._queries[f"attack_{number}"] = statement
            with pytest.raises(duckdb.Error, match=REFUSALS):
                await release.ask(f"attack_{number}")
        release.retire()

    asyncio.run(attack())


def test_a_query_that_takes_too_long_is_stopped(dirty_build: FinishedBuild) -> None:
    async def run() -> None:
        folder = (dirty_build.folder.releases / "current").resolve()
        release = Release(folder, Settings(query_seconds=0.2, concurrent_queries=1))
        release._queries["endless"] = (
            "select count(*) from range(10000000000) where range % 7 = 3"
        )
        with pytest.raises(Problem, match=r"stopped after 0\.2 s"):
            await release.ask("endless")
        waiting = asyncio.create_task(release.ask("endless"))
        await asyncio.sleep(0.05)
        waiting.cancel()
        # The cursor is free again, and the release can close.
        assert await release.ask("product_sample", n=1)
        release.retire()

    asyncio.run(run())


def test_every_route_is_documented_and_every_query_is_asked(server: Server) -> None:
    app = application()
    for route in app.router.routes:
        assert hasattr(route.handler, "operation"), route.path
    listed = server.get("/").json()["endpoints"].values()
    paths = set(openapi(app, has_keys=False)["paths"])
    listed_paths = {path.split("?")[0] for path in listed}
    assert listed_paths - {"/docs", "/pages/overview"} == paths - {"/"}
    sources = "".join(file.read_text() for file in (PROJECT / "api").rglob("*.py"))
    for query in read_queries():
        assert f'"{query}"' in sources


def test_metrics_count_requests_of_all_workers(
    serve: Serve, release_copy: BuildFolder
) -> None:
    server = serve(release_copy, workers=2)
    for _ in range(10):
        with httpx.Client(base_url=server.url) as fresh:
            for product in range(1, 11):
                fresh.get(f"/recommend/{product}")
    server.client.post("/recommend/batch", json={"product_ids": [1, 2, 3]})

    def counted() -> bool:
        text = server.get("/metrics").text
        requests = re.search(
            r'audience_requests_total\{method="GET",route="/recommend/<product_id:str>",'
            r'status="200"\} (\S+)',
            text,
        )
        lookups = sum(
            float(number)
            for number in re.findall(r"audience_lookups_total\{[^}]*\} (\S+)", text)
        )
        return (
            requests is not None
            and float(requests[1]) == 100
            and lookups >= 103
            and "audience_batch_products_sum 3.0" in text
            and "audience_request_seconds_bucket" in text
        )

    server.wait_for(counted)
