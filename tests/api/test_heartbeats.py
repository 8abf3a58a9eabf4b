"""A worker that hangs is noticed."""

import pytest

from api.heartbeats import START_SECONDS, Heartbeats


class Clock:
    """A clock that a test sets."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 100.0
        monkeypatch.setattr("api.heartbeats.time.monotonic", lambda: self.now)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


def look(clock: Clock, watched: Heartbeats, seconds: float) -> list[int]:
    """What is found at the end of some seconds of looking ten times per second."""
    found: list[int] = []
    for _ in range(round(seconds * 10)):
        clock.now += 0.1
        found = watched.frozen()
    return found


def test_a_worker_whose_number_stands_still_is_frozen(clock: Clock) -> None:
    beats = [0, 0]
    watched = Heartbeats(beats, 5)
    for worker in range(2):
        watched.begin(worker)
    for _ in range(10):
        beats[0] += 1
        beats[1] += 1
        assert look(clock, watched, 1) == []
    for _ in range(4):
        beats[0] += 1
        assert look(clock, watched, 1) == []
    beats[0] += 1
    assert look(clock, watched, 1.3) == [1]
    watched.begin(1)
    beats[0] += 1
    assert look(clock, watched, 3) == []


def test_a_worker_has_time_to_start(clock: Clock) -> None:
    watched = Heartbeats([0], 5)
    watched.begin(0)
    assert look(clock, watched, START_SECONDS - 1) == []
    assert look(clock, watched, 2) == [0]


def test_a_pause_of_the_whole_machine_replaces_no_worker(clock: Clock) -> None:
    beats = [1]
    watched = Heartbeats(beats, 5)
    look(clock, watched, 2)
    for _ in range(3):  # Stopped and continued with all its workers.
        clock.now += 600
        assert watched.frozen() == []
    assert look(clock, watched, 2) == []
    assert look(clock, watched, 2) == [0]
