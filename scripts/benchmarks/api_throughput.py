"""Measure the API with wrk and h2load: random products from the catalogue of scale 1.

One run on one machine compares Sanic with an empty handler, our handler without its look-up
("bare"), and the API with cold and warm memory; and another server, if you give its
address. `make bench-api` writes build/bench/api.md. With many connections wrk neglects some
of its own, so h2load measures these as well.
"""

import os
import platform
import shutil
import sys
import threading
import time
import urllib.request
from dataclasses import dataclass
from typing import Any

import psutil
from sanic import Sanic
from sanic.response import HTTPResponse, raw

from api import audiences
from api.application import create_app
from api.settings import Settings
from api.workers import listen, run_workers
from scripts.benchmarks.load_clients import Measured, h2load, wrk
from scripts.benchmarks.soak import worker_processes
from scripts.build_folder import BuildFolder
from scripts.releases.running_api import MeasurementError, running_api

FEW_CONNECTIONS, MANY_CONNECTIONS = 64, 1000
# How many connections, and whether h2load measures them, not wrk.
CLIENTS = ((FEW_CONNECTIONS, False), (MANY_CONNECTIONS, False), (MANY_CONNECTIONS, True))
COLD, WARM = "the API, cold", "the API, warm"
OWN = "scripts.benchmarks.api_throughput"
SERVERS = {
    "Sanic with an empty handler": [OWN, "empty"],
    "our handler without a look-up (bare)": [OWN, "bare"],
    "the API": ["api"],
}
BODY = b'{"product_id":1' + b" " * 600 + b"}"


def create_bare(settings: Settings) -> Sanic[Any, Any]:
    """The API whose look-ups are one constant."""
    audiences.Audiences.cached_body = lambda *_: BODY  # type: ignore[method-assign]
    return create_app(settings)


def create_empty(settings: Settings) -> Sanic[Any, Any]:  # noqa: ARG001
    """Sanic with a single route."""
    app: Sanic[Any, Any] = Sanic("empty", configure_logging=False)
    app.config.AUTO_EXTEND = False

    @app.get("/recommend/<product_id:str>")
    async def recommend(_: Any, product_id: str) -> HTTPResponse:  # noqa: ARG001
        return raw(BODY, content_type="application/json")

    return app


def serve(kind: str) -> None:
    """Run one of the servers to compare: bare or empty."""
    settings = Settings.from_environment()
    create = {"bare": create_bare, "empty": create_empty}[kind]
    run_workers(settings, listen(settings), create)


def lookups_during_export(url: str, seconds: int) -> tuple[float, Measured]:
    """Rows per second of a full export, and look-ups during it."""
    rows, is_over = [0], threading.Event()
    started = time.monotonic()

    def export() -> None:
        while not is_over.is_set():
            address = f"{url}/audience/1?n=1000000000"
            with urllib.request.urlopen(address, timeout=60) as answer:  # noqa: S310
                while part := answer.read(1 << 16):
                    rows[0] += part.count(b"\n")

    thread = threading.Thread(target=export)
    thread.start()
    measured = wrk(url, 64, seconds)
    taken = time.monotonic() - started
    is_over.set()
    counted = rows[0]
    thread.join()
    return counted / taken, measured


@dataclass(frozen=True)
class ServerRun:
    """What one client measured of one server.

    Attributes:
        server: its name, with the state of its memory.
        connections: how many were open at once.
        by_h2load: whether h2load measured it, not wrk.
        measured: the result.
        share_of_bare: its rate as a share of the handler without a look-up, by the same
            client; None where that was not measured before.
    """

    server: str
    connections: int
    by_h2load: bool
    measured: Measured
    share_of_bare: float | None


def row(run: ServerRun) -> str:
    """A row of the table."""
    measured, client = run.measured, ", by h2load" if run.by_h2load else ""
    share = "" if run.share_of_bare is None else f"{run.share_of_bare:.0%}"
    return (
        f"| {run.server}{client} | {run.connections:,} | {measured.rate:,.0f} | {share}"
        f" | {measured.p50:.1f} | {measured.p99:.1f} | {measured.failed} |"
    )


def measure_servers(
    folder: BuildFolder, seconds: int, workers: int, other: str | None = None
) -> tuple[list[ServerRun], str]:
    """Measure all servers.

    Args:
        folder: the API serves its current release.
        seconds: how long each measurement takes.
        workers: processes of each server.
        other: the address of another server.

    Returns:
        The runs, and a sentence about the start, the memory and the exports of the API.

    Raises:
        MeasurementError: wrk, h2load or a release is missing.
    """
    for program, package in (("wrk", "wrk"), ("h2load", "nghttp2-client")):
        if shutil.which(program) is None:
            raise MeasurementError(
                f"{program} is not installed: `apt-get install {package}`"
            )
    runs: list[ServerRun] = []
    bare: dict[tuple[int, bool], float] = {}
    facts = ""

    def note(server: str, connections: int, by_h2load: bool, measured: Measured) -> None:
        whole = bare.get((connections, by_h2load))
        share = measured.rate / whole if whole else None
        runs.append(ServerRun(server, connections, by_h2load, measured, share))

    for name, command in SERVERS.items():
        for connections, by_h2load in CLIENTS:
            client = h2load if by_h2load else wrk
            # A new process each time, so that the first run of the API is cold.
            with running_api(folder, command, workers=workers) as api:
                print(f"{name}, {connections} connections ...", file=sys.stderr, flush=True)
                measured = client(api.url, connections, seconds)
                if command != ["api"]:
                    if command[-1] == "bare":
                        bare[connections, by_h2load] = measured.rate
                    note(name, connections, by_h2load, measured)
                    continue
                note(COLD, connections, by_h2load, measured)
                note(WARM, connections, by_h2load, client(api.url, connections, seconds))
                if connections == FEW_CONNECTIONS:
                    rate, during = lookups_during_export(api.url, seconds)
                    note(f"{name}, during an export", connections, by_h2load, during)
                    memory = [w.memory_info().rss / 1e6 for w in worker_processes(api.pid)]
                    facts = (
                        f"Start to first answer: {api.seconds_to_answer:.1f} s. Memory per"
                        f" worker at the end: {max(memory):.0f} MB. Export meanwhile:"
                        f" {rate:,.0f} rows/s."
                    )
    if other:
        for connections in (FEW_CONNECTIONS, MANY_CONNECTIONS):
            note(other, connections, False, wrk(other, connections, seconds))
    return runs, facts


@dataclass(frozen=True)
class Lookups:
    """Look-ups of the API, with the memory of its workers cold and warm.

    Attributes:
        share_cold, share_warm: at 64 connections, their rate as a share of that of the
            handler without a look-up.
        p99_cold, p99_warm: latency at 1,000 connections, ms: the larger one of wrk's and
            h2load's.
    """

    share_cold: float
    share_warm: float
    p99_cold: float
    p99_warm: float


def lookups_of(runs: list[ServerRun]) -> Lookups:
    """What the runs of both clients say of the API's look-ups."""

    def share(server: str) -> float:
        (found,) = (
            run.share_of_bare
            for run in runs
            if run.server == server and run.connections == FEW_CONNECTIONS
        )
        assert found is not None, "the handler without a look-up was measured before"
        return found

    def slowest(server: str) -> float:
        return max(
            run.measured.p99
            for run in runs
            if run.server == server and run.connections == MANY_CONNECTIONS
        )

    return Lookups(share(COLD), share(WARM), slowest(COLD), slowest(WARM))


def benchmark(folder: BuildFolder, seconds: int, workers: int, other: str | None) -> str:
    """Measure all servers; returns the report.

    Args:
        folder, seconds, workers, other: see `measure_servers`.

    Raises:
        MeasurementError: wrk, h2load or a release is missing.
    """
    runs, facts = measure_servers(folder, seconds, workers, other)
    lines = [
        f"{os.cpu_count()} cores, {psutil.virtual_memory().total / 1e9:.0f} GB;"
        f" Python {platform.python_version()}; {workers} workers; wrk and h2load on the"
        f" same machine, {seconds} s each.",
        "",
        "| server | connections | requests/s | of bare | p50, ms | p99, ms | failed |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: |",
        *map(row, runs),
        "",
        facts,
    ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    serve(sys.argv[1])
