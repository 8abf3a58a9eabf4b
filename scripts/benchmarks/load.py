"""Put the API under the published load with Locust: 1,000 users, 50 more per second.

Each user sends one request per second; `make load` prints Locust's table.
"""

import subprocess
import sys
from pathlib import Path

from scripts.build_folder import BuildFolder
from scripts.releases.running_api import running_api

PROFILE = Path(__file__).with_name("load_profile.py")


def put_under_load(
    folder: BuildFolder, users: int, spawn: int, seconds: int, url: str | None = None
) -> int:
    """Put a server under load; returns Locust's exit code, 1 if a request failed.

    Args:
        spawn: new users per second.
        url: of a running server; the API over the folder's releases if None.

    Raises:
        MeasurementError: there is no release, or the API does not start.
    """
    print(f"{users:,} users, {spawn} more per second, for {seconds} s ...", flush=True)
    if url:
        return _run_locust(url, users, spawn, seconds)
    with running_api(folder, ["api"]) as api:
        return _run_locust(api.url, users, spawn, seconds)


def _run_locust(url: str, users: int, spawn: int, seconds: int) -> int:
    return subprocess.run(
        [
            *(sys.executable, "-m", "locust", "--locustfile", str(PROFILE)),
            *("--headless", "--only-summary", "--host", url),
            *("--users", str(users), "--spawn-rate", str(spawn)),
            *("--run-time", f"{seconds}s"),
        ],
        check=False,
    ).returncode
