"""Tells a worker that hangs from one that works."""

import time
from collections.abc import MutableSequence
from multiprocessing.sharedctypes import RawArray

BEAT_SECONDS = 0.5
# A worker beats only when its modules are loaded.
START_SECONDS = 60.0


def shared_beats(workers: int) -> MutableSequence[int]:
    """A number per worker, in memory that is shared with processes started from this one.

    Each worker counts up its own number. There are no locks, because a killed worker would
    never release one.
    """
    beats: MutableSequence[int] = RawArray("Q", workers)
    return beats


class Heartbeats:
    """Notices workers whose number stands still."""

    def __init__(self, beats: MutableSequence[int], seconds: float) -> None:
        """Set it up.

        Args:
            beats: a number per worker, see `shared_beats`.
            seconds: how long a number may stand still.
        """
        self._beats = beats
        self._seconds = seconds
        self._looked_at = time.monotonic()
        self._seen = [(0, self._looked_at)] * len(beats)

    def begin(self, worker: int) -> None:
        """Note that a worker is about to start."""
        self._beats[worker] = 0
        self._seen[worker] = (0, time.monotonic())

    def frozen(self) -> list[int]:
        """The workers that hang; call it several times per second."""
        now = time.monotonic()
        # While this process did not run, perhaps no other did: that time does not count.
        pause = now - self._looked_at
        if pause > BEAT_SECONDS:
            self._seen = [(beat, since + pause) for beat, since in self._seen]
        self._looked_at = now
        found = []
        for worker, (beat, since) in enumerate(self._seen):
            if self._beats[worker] != beat:
                self._seen[worker] = (self._beats[worker], now)
            elif now - since > (
                self._seconds if beat else max(START_SECONDS, self._seconds)
            ):
                found.append(worker)
        return found
