"""The load programs of the API: they run, report failures, and give a verdict."""

import sys

import pytest

from scripts.benchmarks.api_throughput import (
    COLD,
    WARM,
    Lookups,
    ServerRun,
    lookups_of,
    row,
)
from scripts.benchmarks.load_clients import Measured, milliseconds, requests_of
from scripts.benchmarks.soak import soak
from scripts.build_folder import BuildFolder
from scripts.cli.main import main
from scripts.releases.publish import publish
from scripts.releases.running_api import MeasurementError, running_api
from tests.conftest import run_audience
from tests.needed_programs import needs


@pytest.mark.slow
def test_the_published_load_in_small(published: BuildFolder) -> None:
    outcome = run_audience(
        published,
        "benchmark",
        "load",
        *("--users", "5", "--spawn", "5", "--seconds", "3"),
        # locust replaces parts of ssl, so nothing may have imported that before.
        python=sys.executable,
    )
    assert outcome.returncode == 0, outcome.stderr
    assert "/recommend/[id]" in outcome.stdout + outcome.stderr
    assert "Aggregated" in outcome.stdout + outcome.stderr


def test_a_server_that_fails_fails_the_load(published: BuildFolder) -> None:
    outcome = run_audience(
        published,
        "benchmark",
        "load",
        *("--users", "2", "--spawn", "2", "--seconds", "2", "--url", "http://127.0.0.1:9"),
        python=sys.executable,
    )
    assert outcome.returncode == 1
    assert "Aggregated" in outcome.stdout + outcome.stderr, "locust has run"


def test_without_a_release_there_is_nothing_to_measure(
    folder: BuildFolder, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("AUDIENCE_BUILD_DIR", str(folder.root))
    assert main(["benchmark", "load", "--seconds", "1"]) == 1
    assert "run `audience build` first" in capsys.readouterr().err


@pytest.mark.slow
def test_a_soak_in_small(
    published: BuildFolder, capsys: pytest.CaptureFixture[str]
) -> None:
    needs("wrk", package="wrk")
    with pytest.raises(MeasurementError, match="only one release"):
        soak(published, 1, 1)
    publish(published)
    soak(published, seconds=4, interval=1)
    output = capsys.readouterr().out
    assert "Requests/sec" in output
    assert "Socket errors" not in output
    assert "Non-2xx" not in output


def test_a_server_that_does_not_start_is_reported(published: BuildFolder) -> None:
    with (
        pytest.raises(MeasurementError, match="does not answer"),
        running_api(published, ["no_such_module"]),
    ):
        pass


def test_times_of_wrk_become_milliseconds() -> None:
    assert [milliseconds(text) for text in ("850.00us", "3.20ms", "1.02s")] == [
        pytest.approx(number) for number in (0.85, 3.2, 1020)
    ]


def test_the_log_of_h2load_gives_rate_and_percentiles() -> None:
    log = "".join(f"{number}\t200\t{number * 1000}\n" for number in range(100))
    found = requests_of(log + "7\t503\t900000\n", seconds=4)
    assert found == Measured(rate=25, p50=50, p99=99, failed=1)


def test_a_row_compares_with_bare_sanic() -> None:
    half = Measured(rate=500, p50=1, p99=2.25, failed=0)
    assert row(ServerRun("API", 64, False, half, 0.5)) == (
        "| API | 64 | 500 | 50% | 1.0 | 2.2 | 0 |"
    )
    assert row(ServerRun("API", 1000, True, half, None)) == (
        "| API, by h2load | 1,000 | 500 |  | 1.0 | 2.2 | 0 |"
    )


def test_of_two_clients_the_larger_latency_counts() -> None:
    clients = ((64, False, 3), (1000, False, 50), (1000, True, 80))
    runs = [
        ServerRun(server, connections, by_h2load, Measured(9, 1, p99 * factor, 0), 0.9)
        for server, factor in ((COLD, 10), (WARM, 1), ("bare", 100))
        for connections, by_h2load, p99 in clients
    ]
    assert lookups_of(runs) == Lookups(0.9, 0.9, 800, 80)
