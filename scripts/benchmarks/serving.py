"""Measure the API over the release of one scale: its start, its answers, its memory."""

import json
import random
import shutil
import statistics
import time
import urllib.request
from dataclasses import dataclass

from scripts.benchmarks.load_clients import wrk
from scripts.benchmarks.soak import worker_processes
from scripts.build_folder import BuildFolder
from scripts.releases.running_api import running_api

WORKERS = 2
CONNECTIONS = 64
SECONDS = 10
SINGLE_QUESTIONS = 40


@dataclass(frozen=True)
class Answers:
    """The latency of one kind of question.

    Attributes:
        rate: per second, from all workers; None if questions were asked one by one.
        p50, p99: latency in ms; for a few questions, p99 is the slowest.
    """

    rate: float | None
    p50: float
    p99: float
    failed: int


@dataclass(frozen=True)
class Serving:
    """The API over a release.

    Attributes:
        start_seconds: from its start to its first answer.
        worker_megabytes: memory (RSS) of the largest worker at the end.
        answers: by question.
    """

    start_seconds: float
    worker_megabytes: float
    answers: dict[str, Answers]


def ask_singly(url: str, addresses: list[str]) -> Answers:
    """Ask questions one by one."""
    taken = []
    failed = 0
    for address in addresses:
        started = time.perf_counter()
        try:
            with urllib.request.urlopen(f"{url}{address}", timeout=60) as answer:  # noqa: S310
                answer.read()
        except OSError:
            failed += 1
        taken.append((time.perf_counter() - started) * 1000)
    return Answers(None, statistics.median(taken), max(taken), failed)


def measure_serving(folder: BuildFolder) -> Serving | None:
    """Measure the API over the current release; None if wrk is not installed."""
    if shutil.which("wrk") is None:
        return None
    manifest = json.loads((folder.releases / "current" / "manifest.json").read_text())
    products = manifest["row_counts"]["products"]
    customers = manifest["row_counts"]["customers"]
    chance = random.Random(1)  # noqa: S311 - the same questions each time

    def some(count: int, address: str) -> list[str]:
        return [address.format(chance.randint(1, count)) for _ in range(SINGLE_QUESTIONS)]

    with running_api(folder, ["api"], workers=WORKERS) as api:
        answers = {}
        for name in ("look-ups, cold", "look-ups, warm"):
            measured = wrk(api.url, CONNECTIONS, SECONDS, products)
            answers[name] = Answers(
                measured.rate, measured.p50, measured.p99, measured.failed
            )
        for name, addresses in {
            "a look-up of 100": some(products, "/recommend/{}?n=100"),
            "a customer": some(customers, "/customers/{}"),
            "the audiences of a customer": some(customers, "/customers/{}/products"),
            "a product by the beginning of its name": ["/products/search?q=blue"] * 5,
            "a product by a part of its name": ["/products/search?q=ase%204"] * 5,
        }.items():
            answers[name] = ask_singly(api.url, addresses)
        memory = [w.memory_info().rss / 1e6 for w in worker_processes(api.pid)]
        return Serving(api.seconds_to_answer, max(memory), answers)
