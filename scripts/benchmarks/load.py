"""Put the API under the published load with Locust: 1,000 users, 50 more per second.

Each user looks up products without pause for thought; `make load` prints Locust's table.
"""

import argparse
import subprocess
import sys
from pathlib import Path

from scripts.build_folder import BuildFolder
from scripts.releases.running_api import MeasurementError, running_api

PROFILE = Path(__file__).with_name("load_profile.py")


def main(arguments: list[str] | None = None) -> int:
    """Run the program; returns the exit code: 1 if a request failed."""
    parser = argparse.ArgumentParser(
        prog="python -m scripts.benchmarks.load", description=__doc__
    )
    parser.add_argument("--users", type=int, default=1000, help="users at once (1000)")
    parser.add_argument("--spawn", type=int, default=50, help="new users per second (50)")
    parser.add_argument("--seconds", type=int, default=300, help="how long (300)")
    parser.add_argument("--url", help="a server that runs already, instead of our own")
    options = parser.parse_args(arguments)

    def run(url: str) -> int:
        return subprocess.run(
            [
                *(sys.executable, "-m", "locust", "--locustfile", str(PROFILE)),
                *("--headless", "--only-summary", "--host", url),
                *("--users", str(options.users), "--spawn-rate", str(options.spawn)),
                *("--run-time", f"{options.seconds}s"),
            ],
            check=False,
        ).returncode

    print(
        f"{options.users:,} users, {options.spawn} more per second, for"
        f" {options.seconds} s ...",
        flush=True,
    )
    if options.url:
        return run(options.url)
    try:
        with running_api(BuildFolder.from_environment(), ["api"]) as api:
            return run(api.url)
    except MeasurementError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
