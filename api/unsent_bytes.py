"""Answers that clients have not taken yet: they end in time, and fit the memory.

An answer that its client does not read stays in the memory of the worker, whatever becomes
of the request. So the unsent bytes of a worker are bounded, and a client that takes too
little is cut off.
"""

import logging
import time
from typing import Protocol

from prometheus_client import CollectorRegistry, Counter, Gauge
from sanic.response import HTTPResponse

from api.problems import Problem

# Unsent bytes of a worker; then there are no long answers.
MOST_UNSENT = 64_000_000
# A longer answer has to wait for room. A shorter one fits the buffer of its connection.
LONG_ANSWER = 64_000
# Bytes that a connection keeps before it waits for its client.
BUFFER = 16_384
# What a client must take while it has unsent bytes.
LEAST_BYTES_PER_SECOND = 10_000
LOG_SECONDS = 10.0

log = logging.getLogger(__name__)


class Writer(Protocol):
    """A connection that writes."""

    def unsent(self) -> int:
        """Bytes that wait for its client."""


class UnsentBytes:
    """Counts the unsent bytes of a worker."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._waiting: set[Writer] = set()
        self._next_line = 0.0
        self._unlogged = 0
        self._gauge = Gauge(
            "audience_unsent_bytes",
            "Bytes of answers that clients have not taken yet, of all workers",
            registry=registry,
            multiprocess_mode="livesum",
        )
        self._cut_off = Counter(
            "audience_connections_cut_off",
            "Connections whose client did not take its answer",
            registry=registry,
        )

    def watch(self, writer: Writer) -> None:
        """Count a connection from now on, until its client has taken everything."""
        self._waiting.add(writer)

    def leave(self, writer: Writer) -> None:
        """Forget a closed connection."""
        self._waiting.discard(writer)

    def total(self) -> int:
        """The unsent bytes of all connections that wait for their clients."""
        unsent = {writer: writer.unsent() for writer in self._waiting}
        self._waiting = {writer for writer, size in unsent.items() if size}
        return sum(unsent.values())

    def check(self, coming: int = 0) -> None:
        """Check that there is room for a long answer.

        Args:
            coming: its bytes, as far as they are known.

        Raises:
            Problem: there is none.
        """
        unsent = self.total()
        # One answer always fits: the first.
        if unsent and unsent + coming > MOST_UNSENT:
            raise Problem(
                503,
                "too-many-unsent",
                "Too many unsent answers",
                f"Clients have not taken {unsent} bytes of their answers yet, of at most"
                f" {MOST_UNSENT}: ask for less, or try again in a moment.",
                headers={"retry-after": "5"},
            )

    def problem_instead_of(self, response: HTTPResponse) -> Problem | None:
        """What to answer if there is no room for an answer; a short one always has room."""
        size = len(response.body or b"")
        if size > LONG_ANSWER:
            try:
                self.check(size)
            except Problem as problem:
                return problem
        return None

    def count_cut_off(self) -> None:
        """Count a client that was cut off, and write to the log from time to time."""
        self._cut_off.inc()
        self._unlogged += 1
        now = time.monotonic()
        if now < self._next_line:
            return
        self._next_line = now + LOG_SECONDS
        log.warning(
            "Cut off %s clients that took less than %s bytes a second of their answers;"
            " %s bytes wait for others",
            self._unlogged,
            LEAST_BYTES_PER_SECOND,
            self.total(),
        )
        self._unlogged = 0

    def report(self) -> None:
        """Set the gauge; setting it for each answer would cost more."""
        self._gauge.set(self.total())


class Progress:
    """Whether a client takes its answers."""

    def __init__(self, seconds: float) -> None:
        """Set it up.

        Args:
            seconds: how long it may take too little.
        """
        self._seconds = seconds
        # The beginning of a window of time, what had been taken then, and what was to come.
        self._since = 0.0
        self._taken = 0
        self._goal = 0

    def is_stalled(self, now: float, taken: int, unsent: int) -> bool:
        """Look at a connection; call it several times within `seconds`.

        Args:
            now: the monotonic time.
            taken: bytes that the client has taken so far.
            unsent: bytes that wait for it.
        """
        passed = now - self._since
        is_late = taken < self._goal and passed > self._seconds
        is_stalled = is_late and taken - self._taken < LEAST_BYTES_PER_SECOND * passed
        if is_late or taken >= self._goal:
            self._since, self._taken, self._goal = now, taken, taken + unsent
        return is_stalled
