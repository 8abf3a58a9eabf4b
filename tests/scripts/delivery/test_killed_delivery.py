"""A delivery that is killed at any moment: no one is sent twice, and no one is missing."""

import json
import os
import random
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from scripts.build_folder import PROJECT, BuildFolder
from tests.scripts.delivery.conftest import Endpoint, describe, kill, write_list

CONTACTS, BATCH = 1_000, 25
KILLS = 20


class Deliveries:
    """Starts deliveries of a list, one after the other.

    Attributes:
        process: the one that runs.
    """

    def __init__(self, folder: BuildFolder, export_id: str, file: Path) -> None:
        self._command = [
            *(sys.executable, "-m", "scripts.cli", "deliver", export_id),
            *("--to", "crm", "--destinations", str(file)),
        ]
        self._environment = os.environ | {"AUDIENCE_BUILD_DIR": str(folder.root)}
        self.process: subprocess.Popen[str] = self.start()

    def start(self) -> "subprocess.Popen[str]":
        """Start the command again."""
        self.process = subprocess.Popen(
            self._command,
            cwd=PROJECT,
            env=self._environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        return self.process


def check_all(endpoint: Endpoint, count: int = CONTACTS) -> None:
    """Each contact was taken once, by a receiver that takes each key once."""
    assert len(endpoint.pairs) == count
    assert {customer for _, customer in endpoint.pairs} == {
        f"c{number}" for number in range(count)
    }
    by_key: dict[str, set[bytes]] = {}
    for headers, body in endpoint.requests:
        by_key.setdefault(headers["idempotency-key"], set()).add(body)
    assert {len(bodies) for bodies in by_key.values()} == {1}, "the same rows for a key"


@pytest.mark.slow
def test_a_delivery_that_is_killed_at_chosen_moments(
    folder: BuildFolder, endpoint: Endpoint, tmp_path: Path
) -> None:
    """Before the receiver has a batch, before it answers, and after that."""
    export_id = write_list(folder, [f"c{number}" for number in range(CONTACTS)])
    file = describe(tmp_path, crm={"http": {"url": endpoint.url, "batch_size": BATCH}})
    chance = random.Random(7)
    moments = ["began", "taken", "answered"] * 3
    chance.shuffle(moments)
    left = 0
    killed: list[str] = []

    def during(moment: str) -> None:
        nonlocal left
        left -= moment == "began"
        if moments and left < 0 and moment == moments[0]:
            if moment == "answered":  # It may have noted the batch, or not.
                time.sleep(chance.uniform(0, 0.004))
            kill(deliveries.process.pid)
            killed.append(moments.pop(0))
            left = chance.randint(0, 4)

    endpoint.during = during
    deliveries = Deliveries(folder, export_id, file)
    runs = 1
    while deliveries.process.wait():
        runs += 1
        deliveries.start()
    said = deliveries.process.communicate()[0]
    assert moments == []
    assert runs == len(killed) + 1 == 10
    assert f"1,000 contacts in {CONTACTS // BATCH} batches to crm" in said
    assert "of these batches were delivered before" in said
    check_all(endpoint)
    # What was killed before the answer came twice; a receiver without keys would show it.
    assert len(endpoint.requests) > len(endpoint.taken)


@pytest.mark.long
def test_a_delivery_that_is_killed_at_random_moments(
    folder: BuildFolder, endpoint: Endpoint, tmp_path: Path
) -> None:
    export_id = write_list(folder, [f"c{number}" for number in range(CONTACTS)])
    file = describe(tmp_path, crm={"http": {"url": endpoint.url, "batch_size": 2}})
    chance = random.Random(11)
    began = threading.Event()
    endpoint.during = lambda _: began.set()
    deliveries = Deliveries(folder, export_id, file)
    kills = 0
    while deliveries.process.poll() is None and kills < KILLS:
        if began.wait(0.01):
            time.sleep(chance.uniform(0, 0.1))
            kill(deliveries.process.pid)
            deliveries.process.wait()
            kills += 1
            began.clear()
            deliveries.start()
    assert deliveries.process.wait() == 0, deliveries.process.communicate()[1]
    assert kills == KILLS
    check_all(endpoint)


@pytest.mark.slow
def test_two_processes_do_not_deliver_a_list_at_once(
    folder: BuildFolder, endpoint: Endpoint, tmp_path: Path
) -> None:
    export_id = write_list(folder, [f"c{number}" for number in range(100)])
    settings = {"url": endpoint.url, "batch_size": 10, "timeout_seconds": 60}
    file = describe(tmp_path, crm={"http": settings}, other={"http": settings})
    waits, goes_on = threading.Event(), threading.Event()

    def during(moment: str) -> None:
        if moment == "began":
            waits.set()
            goes_on.wait(60)

    endpoint.during = during
    first = Deliveries(folder, export_id, file).process
    assert waits.wait(60)
    second = Deliveries(folder, export_id, file).process
    _, said = second.communicate()
    assert second.returncode == 1
    assert said.splitlines() == [
        f"error: Another process delivers {export_id} (process {first.pid}): wait until it"
        " has ended",
        "No batch was acknowledged; the next run begins with the first one.",
    ]
    goes_on.set()
    assert first.wait() == 0
    assert len(endpoint.requests) == 10
    check_all(endpoint, 100)


def test_a_note_that_was_cut_off_does_not_count(
    folder: BuildFolder, endpoint: Endpoint, tmp_path: Path
) -> None:
    """As a full disk, or a machine that lost its power, may leave it."""
    from scripts.delivery.deliver import deliver
    from scripts.delivery.delivery_error import DeliveryError

    export_id = write_list(folder, [f"c{number}" for number in range(100)])
    file = describe(tmp_path, crm={"http": {"url": endpoint.url, "batch_size": 10}})
    noted = deliver(folder, export_id, "crm", file).file
    lines = noted.read_bytes().splitlines(keepends=True)
    assert len(lines) == 11
    for kept in (b"", lines[0][:20], b"".join(lines[:4]) + lines[4][:-1], lines[0]):
        noted.write_bytes(kept)
        delivery = deliver(folder, export_id, "crm", file)
        assert delivery.contacts == 100
        assert [json.loads(line) for line in noted.read_bytes().splitlines()]
        check_all(endpoint, 100)
    for damaged in (b"{}\n", b"[]\n", b"x\n", lines[0] + b"{}\n", lines[0] + b"1\n"):
        noted.write_bytes(damaged)
        with pytest.raises(DeliveryError, match=r"crm\.jsonl is damaged: without it there"):
            deliver(folder, export_id, "crm", file)


def test_a_resumed_delivery_keeps_its_batches(
    folder: BuildFolder, endpoint: Endpoint, tmp_path: Path
) -> None:
    """Another batch size would give the same key to other contacts."""
    from scripts.delivery.deliver import deliver

    export_id = write_list(folder, [f"c{number}" for number in range(100)])
    file = describe(tmp_path, crm={"http": {"url": endpoint.url, "batch_size": 10}})
    noted = deliver(folder, export_id, "crm", file).file
    lines = noted.read_bytes().splitlines(keepends=True)
    noted.write_bytes(b"".join(lines[:4]))
    file = describe(tmp_path, crm={"http": {"url": endpoint.url, "batch_size": 33}})
    assert deliver(folder, export_id, "crm", file).batches == 10
    check_all(endpoint, 100)
