"""Lines of the log are written whole or not at all."""

import fcntl
import json
import multiprocessing
import os
import threading
import time
from types import SimpleNamespace
from typing import Any

import pytest

from api.log_lines import WHOLE_BYTES, write_lines
from api.serving import Serving
from api.settings import Settings
from api.telemetry import LONGEST_EVENT, Telemetry

WRITERS = 4
ROUNDS = 10
LINES = 200


def write_much(output: int, writer: int) -> None:
    """Write as a worker does: many lines at a time."""
    for turn in range(ROUNDS):
        lines = [
            f'{{"writer": {writer}, "n": {turn * LINES + k}, "fill": "{"x" * (k % 300)}"}}'
            for k in range(LINES)
        ]
        assert write_lines(lines, output) == 0


@pytest.mark.parametrize(
    "waits", [True, False], ids=["a pipe that waits", "one that does not"]
)
def test_workers_do_not_tear_the_lines_of_each_other(waits: bool) -> None:
    reading, writing = os.pipe()
    os.set_blocking(writing, waits)
    fcntl.fcntl(writing, fcntl.F_SETPIPE_SZ, WHOLE_BYTES)
    # Forked, because they share the pipe.
    context = multiprocessing.get_context("fork")
    writers = [
        context.Process(target=write_much, args=(writing, k)) for k in range(WRITERS)
    ]
    for writer in writers:
        writer.start()
    os.close(writing)
    received = b""
    while part := os.read(reading, 1000):
        received += part
        if len(received) % 7 == 0:
            time.sleep(0.0005)  # A slow reader.
    os.close(reading)
    for writer in writers:
        writer.join()
        assert writer.exitcode == 0
    found = [json.loads(line) for line in received.decode().splitlines()]
    for k in range(WRITERS):
        numbers = [line["n"] for line in found if line["writer"] == k]
        assert numbers == list(range(ROUNDS * LINES))


def test_lines_that_cannot_be_written_are_counted() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    assert write_lines(["a", "b"], writing) == 2
    os.close(writing)
    assert write_lines([], writing) == 0


def test_a_slow_reader_gets_all() -> None:
    reading, writing = os.pipe()
    lines = [f"line {k}" for k in range(20_000)]
    writer = threading.Thread(
        target=lambda: (write_lines(lines, writing), os.close(writing))
    )
    writer.start()
    with os.fdopen(reading) as pipe:
        assert pipe.read().splitlines() == lines
    writer.join()


def test_an_event_with_a_long_id_fits_in_one_write(monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[str] = []
    monkeypatch.setattr(
        "api.telemetry.write_lines", lambda lines: written.extend(lines) or 0
    )
    telemetry = Telemetry(Serving(Settings()), has_access_log=True)
    request: Any = SimpleNamespace(ctx=SimpleNamespace(request_id="r" * 64, owner="o" * 40))
    telemetry.log("export", request, product_id="\U0001f6d2" * 4096, rows=5)
    telemetry.write()
    (line,) = written
    assert len(line.encode()) < LONGEST_EVENT < WHOLE_BYTES
    assert json.loads(line)["product_id"] == "\U0001f6d2" * 100
