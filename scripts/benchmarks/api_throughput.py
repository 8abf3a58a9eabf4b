"""Measure the API with wrk and h2load: random products from the catalogue of scale 1.

One run on one machine compares Sanic with an empty handler, our handler without its look-up
("bare"), and the API with cold and warm memory; and another server, if you give its
address. `make bench-api` writes build/bench/api.md. With many connections wrk neglects some
of its own, so h2load measures these as well, where it is installed.
"""

import os
import platform
import random
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
from sanic import Sanic
from sanic.response import HTTPResponse, raw

from api import audiences
from api.application import create_app
from api.settings import Settings
from api.workers import listen, run_workers
from scripts.benchmarks.soak import RANDOM_PRODUCTS, worker_processes
from scripts.build_folder import BuildFolder
from scripts.releases.running_api import MeasurementError, running_api

CONNECTIONS = (64, 1000)
PRODUCTS = 200_325  # of scale 1
BODY = b'{"product_id":1' + b" " * 600 + b"}"


@dataclass(frozen=True)
class Measured:
    """A measurement by wrk or h2load.

    Attributes:
        rate: requests per second.
        p50, p99: latency, ms.
        failed: responses other than 200, and socket errors.
    """

    rate: float
    p50: float
    p99: float
    failed: int


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


def milliseconds(text: str) -> float:
    """Wrk's times: 850.00us, 3.20ms, 1.02s."""
    number, unit = re.fullmatch(r"([\d.]+)(us|ms|s)", text).groups()  # type: ignore[union-attr]
    return float(number) * {"us": 0.001, "ms": 1, "s": 1000}[unit]


def wrk(url: str, connections: int, seconds: int, products: int | None = None) -> Measured:
    """Request random products as fast as the server answers.

    Args:
        products: how many there are; those of scale 1 if None.
    """
    output = subprocess.run(
        [
            *("wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "10s"),
            *("--latency", "-s", str(RANDOM_PRODUCTS), url),
            *(("--", str(products)) if products else ()),
        ],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    percentiles = dict(re.findall(r"(50|99)%\s+(\S+)", output))
    errors = re.search(r"Socket errors: (.+)", output)
    wrong = re.search(r"Non-2xx or 3xx responses: (\d+)", output)
    return Measured(
        rate=float(re.search(r"Requests/sec:\s+([\d.]+)", output)[1]),  # type: ignore[index]
        p50=milliseconds(percentiles["50"]),
        p99=milliseconds(percentiles["99"]),
        failed=(sum(map(int, re.findall(r"\d+", errors[1]))) if errors else 0)
        + (int(wrong[1]) if wrong else 0),
    )


def h2load(url: str, connections: int, seconds: int) -> Measured:
    """The same with another client.

    This version prints no percentiles: they come from its log of all requests, whose lines
    have the start, the status and the microseconds.
    """
    with tempfile.TemporaryDirectory() as folder:
        addresses, log = Path(folder) / "addresses", Path(folder) / "log"
        addresses.write_text(
            "\n".join(
                f"{url}/recommend/{random.randint(1, PRODUCTS)}"  # noqa: S311
                for _ in range(100_000)
            )
        )
        subprocess.run(
            [
                *("h2load", "--h1", "-t1", f"-c{connections}", f"-D{seconds}"),
                *(f"--input-file={addresses}", f"--log-file={log}"),
            ],
            capture_output=True,
            check=True,
        )
        return requests_of(log.read_text(), seconds)


def requests_of(log: str, seconds: float) -> Measured:
    """The measurement that a log of h2load shows."""
    answers = [line.split() for line in log.splitlines()]
    times = sorted(int(time) / 1000 for _, status, time in answers if status == "200")
    return Measured(
        rate=len(times) / seconds,
        p50=times[len(times) // 2],
        p99=times[len(times) * 99 // 100],
        failed=len(answers) - len(times),
    )


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


def row(name: str, connections: int, measured: Measured, bare: Measured | None) -> str:
    """A row of the table."""
    share = f"{measured.rate / bare.rate:.0%}" if bare else ""
    return (
        f"| {name} | {connections:,} | {measured.rate:,.0f} | {share}"
        f" | {measured.p50:.1f} | {measured.p99:.1f} | {measured.failed} |"
    )


def benchmark(folder: BuildFolder, seconds: int, workers: int, other: str | None) -> str:
    """Measure all servers; returns the report.

    Raises:
        MeasurementError: wrk or a release is missing.
    """
    if shutil.which("wrk") is None:
        raise MeasurementError("wrk is not installed: `apt-get install wrk`")
    lines = [
        f"{os.cpu_count()} cores, {psutil.virtual_memory().total / 1e9:.0f} GB;"
        f" Python {platform.python_version()}; {workers} workers; wrk on the same machine,"
        f" {seconds} s each.",
        "",
        "| server | connections | requests/s | of bare | p50, ms | p99, ms | failed |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    facts = []
    bare: dict[int, Measured] = {}
    own = ["scripts.benchmarks.api_throughput"]
    for name, command in (
        ("Sanic with an empty handler", [*own, "empty"]),
        ("our handler without a look-up (bare)", [*own, "bare"]),
        ("the API", ["api"]),
    ):
        for connections in CONNECTIONS:
            # A new process each time, so that the first run of the API is cold.
            with running_api(folder, command, workers=workers) as api:
                print(f"{name}, {connections} connections ...", file=sys.stderr, flush=True)
                cold = wrk(api.url, connections, seconds)
                if command[-1] == "bare":
                    bare[connections] = cold
                is_cold = ", cold" if command == ["api"] else ""
                lines.append(
                    row(f"{name}{is_cold}", connections, cold, bare.get(connections))
                )
                if connections == CONNECTIONS[-1] and shutil.which("h2load"):
                    other_client = h2load(api.url, connections, seconds)
                    lines.append(row(f"{name}, by h2load", connections, other_client, None))
                if command != ["api"]:
                    continue
                warm = wrk(api.url, connections, seconds)
                lines.append(row(f"{name}, warm", connections, warm, bare[connections]))
                if connections == CONNECTIONS[0]:
                    rate, during = lookups_during_export(api.url, seconds)
                    lines.append(
                        row(f"{name}, during an export", connections, during, bare[64])
                    )
                    memory = [w.memory_info().rss / 1e6 for w in worker_processes(api.pid)]
                    facts = [
                        f"Start to first answer: {api.seconds_to_answer:.1f} s. Memory per"
                        f" worker at the end: {max(memory):.0f} MB. Export meanwhile:"
                        f" {rate:,.0f} rows/s.",
                    ]
    if other:
        for connections in CONNECTIONS:
            lines.append(
                row(other, connections, wrk(other, connections, seconds), bare[connections])
            )
    return "\n".join([*lines, "", *facts]) + "\n"


if __name__ == "__main__":
    serve(sys.argv[1])
