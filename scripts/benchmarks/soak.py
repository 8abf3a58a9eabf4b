"""Keep the API under full load while releases switch, and watch its memory and files.

Ten minutes with a switch every ten seconds have more switches than a day with a release per
hour.
Needs wrk, and two releases to switch between (`make build`, `make publish`).
"""

import re
import shutil
import subprocess
import time
from pathlib import Path

import psutil

from scripts.build_folder import BuildFolder
from scripts.releases.release_folder import ReleaseFolder
from scripts.releases.running_api import MeasurementError, running_api

RANDOM_PRODUCTS = Path(__file__).with_name("random_products.lua")
GROWTH = 1.10


def worker_processes(parent: int) -> list[psutil.Process]:
    """The worker processes: those with a listening socket."""
    return [
        child
        for child in psutil.Process(parent).children()
        if any(link.status == psutil.CONN_LISTEN for link in child.net_connections())
    ]


def memory_and_files(workers: list[psutil.Process]) -> list[tuple[float, int]]:
    """Resident memory in MB and open files of each worker.

    Raises:
        MeasurementError: a worker has died.
    """
    try:
        return [(worker.memory_info().rss / 1e6, worker.num_fds()) for worker in workers]
    except psutil.NoSuchProcess as error:
        raise MeasurementError(f"A worker died (process {error.pid})") from error


def soak(folder: BuildFolder, seconds: int, interval: int) -> bool:
    """Run; returns whether memory stayed flat and no request failed.

    Raises:
        MeasurementError: wrk or a second release is missing.
    """
    if shutil.which("wrk") is None:
        raise MeasurementError("wrk is not installed: `apt-get install wrk`")
    releases = ReleaseFolder(folder.releases)
    pair = releases.all()[-2:]
    if len(pair) < 2:
        raise MeasurementError("There is only one release: run `make publish` for another")
    served = releases.current()
    with running_api(folder, ["api"], switch_seconds=0.2) as api:
        workers = worker_processes(api.pid)
        wrk = subprocess.Popen(
            [
                *("wrk", "-t1", "-c64", f"-d{seconds}s", "--latency"),
                *("-s", str(RANDOM_PRODUCTS), api.url),
            ],
            stdout=subprocess.PIPE,
            text=True,
        )
        print(f"{'seconds':>8} {'switches':>9}  memory, MB (open files) of each worker")
        first: list[tuple[float, int]] = []
        started, switches = time.monotonic(), 0
        try:
            while wrk.poll() is None:
                time.sleep(min(interval, max(0.1, started + seconds - time.monotonic())))
                releases.serve(pair[switches % 2])
                switches += 1
                now = memory_and_files(workers)
                # The first half fills caches and arenas; growth after it is a leak.
                if not first and time.monotonic() - started >= seconds / 2:
                    first = now
                shown = "   ".join(f"{megabytes:.0f} ({files})" for megabytes, files in now)
                print(
                    f"{time.monotonic() - started:8.0f} {switches:9}  {shown}", flush=True
                )
            output, _ = wrk.communicate()
            time.sleep(2)
            last = memory_and_files(workers)
        finally:
            wrk.kill()
            if served is not None:
                releases.serve(served)
    print(output)
    is_flat = all(
        after[0] <= before[0] * GROWTH and after[1] <= before[1]
        for before, after in zip(first, last, strict=True)
    )
    print(
        "Memory stays within 10 %, and no more files are open."
        if is_flat
        else "Memory or the number of open files has grown."
    )
    is_answered = "Requests/sec" in output
    return is_flat and is_answered and not re.search("Non-2xx|Socket errors", output)
