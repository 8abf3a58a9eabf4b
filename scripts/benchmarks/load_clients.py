"""Clients that put a server under load, wrk and h2load, and what they measure."""

import random
import re
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from scripts.benchmarks.soak import RANDOM_PRODUCTS

PRODUCTS = 200_325  # of scale 1


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
