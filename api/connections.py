"""The open connections of a worker: idle ones make room for new ones."""

import heapq
import json
import logging
import time
from typing import Protocol

from prometheus_client import CollectorRegistry, Counter, Gauge

from api.problems import CONTENT_TYPE
from api.settings import Settings, is_loopback, variable

try:
    import resource
except ImportError:  # Only Unix has it.
    resource = None  # type: ignore[assignment]

# Open files for everything but connections: releases, metrics, bursts of new connections.
OTHER_FILES = 128
# Share of the connections that makes room at once, so that the search for them is rare.
SHARE_CLOSED = 50
# A client that is in the middle of a request or an answer may pause for so long.
PAUSE_SECONDS = 1.0
# After a search without result, the next one waits.
SEARCH_PAUSE_SECONDS = 0.1
LOG_SECONDS = 10.0
WORKER, PEER = "worker", "peer"
_FULL = json.dumps(
    {
        "type": "urn:product-audience:problem:too-many-connections",
        "title": "Too many connections",
        "status": 503,
        "detail": "The server has no room for another connection: try again in a moment.",
    },
    separators=(",", ":"),
)
NO_ROOM = (
    "HTTP/1.1 503 Service Unavailable\r\n"
    f"content-type: {CONTENT_TYPE}\r\ncontent-length: {len(_FULL)}\r\n"
    f"cache-control: no-store\r\nretry-after: 1\r\nconnection: close\r\n\r\n{_FULL}"
).encode()

log = logging.getLogger(__name__)


class Connection(Protocol):
    """What the connections of a worker need to know of each."""

    def waits_since(self) -> tuple[bool, float] | None:
        """Since when it waits for its client, and whether between two requests.

        Returns:
            Whether it is in the middle of a request, and the monotonic time; None if the
            server has work to do for it.
        """

    def end(self) -> None:
        """Close it at once."""


class Connections:
    """Counts the open connections of a worker, and closes idle ones under pressure.

    Attributes:
        most: connections of this worker.
        most_of_peer: connections of one address; 0 is no limit.
    """

    def __init__(self, settings: Settings, registry: CollectorRegistry) -> None:
        self.most = most_connections(settings)
        # One address cannot take all of a small limit.
        self.most_of_peer = min(settings.peer_connections, max(1, self.most // 2))
        self._open: dict[str, set[Connection]] = {}
        self._count = 0
        self._next_search = {WORKER: 0.0}
        self._next_line = 0.0
        self._unlogged = {"closed": 0, "refused": 0}
        Gauge(
            "audience_connection_limit",
            "Connections that all workers accept",
            registry=registry,
            multiprocess_mode="livesum",
        ).set(self.most)
        self._gauge = Gauge(
            "audience_connections",
            "Open connections of all workers",
            registry=registry,
            multiprocess_mode="livesum",
        )
        closed, refused = (
            Counter(f"audience_connections_{what}", meaning, ["limit"], registry=registry)
            for what, meaning in (
                ("closed", "Idle connections that were closed to make room"),
                ("refused", "Connections that were refused: there was no room"),
            )
        )
        self._counters = {
            what: {limit: counter.labels(limit) for limit in (WORKER, PEER)}
            for what, counter in (("closed", closed), ("refused", refused))
        }

    def __len__(self) -> int:
        return self._count

    def admit(self, connection: Connection, peer: str) -> bool:
        """Count a new connection; False if there is no room for it.

        Args:
            connection: the connection.
            peer: the address of the client.
        """
        of_peer = self._open.setdefault(peer, set())
        # A proxy on this machine brings the requests of all callers.
        if (
            0 < self.most_of_peer <= len(of_peer)
            and not is_loopback(peer)
            and not self._make_room(PEER, peer, [peer], self.most_of_peer)
        ):
            return False
        if self._count >= self.most and not self._make_room(
            WORKER, WORKER, list(self._open), self.most
        ):
            self._forget_if_gone(peer)
            return False
        self._open.setdefault(peer, set()).add(connection)
        self._count += 1
        return True

    def leave(self, connection: Connection, peer: str) -> None:
        """Count a closed connection; it may have been counted already."""
        of_peer = self._open.get(peer, ())
        if connection in of_peer:
            self._open[peer].remove(connection)
            self._count -= 1
            self._forget_if_gone(peer)

    def report(self) -> None:
        """Set the gauge; setting it for each connection would cost more."""
        self._gauge.set(self._count)

    def _forget_if_gone(self, peer: str) -> None:
        if not self._open.get(peer, True):
            del self._open[peer]

    def _make_room(self, limit: str, searched: str, peers: list[str], most: int) -> bool:
        """Close connections of some peers: those that have been idle longest."""
        now = time.monotonic()
        victims: list[tuple[bool, float, int, Connection, str]] = []
        if now >= self._next_search.get(searched, 0.0):
            victims = heapq.nsmallest(
                max(1, most // SHARE_CLOSED),
                (
                    (*waits, id(connection), connection, peer)
                    for peer in peers
                    for connection in self._open[peer]
                    if (waits := connection.waits_since())
                    and (not waits[0] or now - waits[1] > PAUSE_SECONDS)
                ),
            )
            if not victims:
                if len(self._next_search) > self.most:
                    self._next_search.clear()
                self._next_search[searched] = now + SEARCH_PAUSE_SECONDS
        for *_, connection, peer in victims:
            # Counted now, because the end of a connection takes a turn of the loop.
            self._open[peer].remove(connection)
            self._count -= 1
            connection.end()
        for peer in {victim[-1] for victim in victims}:
            self._forget_if_gone(peer)
        self._report_room(limit, "closed" if victims else "refused", max(1, len(victims)))
        return bool(victims)

    def _report_room(self, limit: str, what: str, count: int) -> None:
        """Count what happened, and write one line to the log from time to time."""
        self._counters[what][limit].inc(count)
        self._unlogged[what] += count
        now = time.monotonic()
        if now < self._next_line:
            return
        self._next_line = now + LOG_SECONDS
        log.warning(
            "Connections: %s of at most %s (%s per address); closed %s idle ones to make"
            " room, refused %s (%s, %s, and the limit of open files decide)",
            self._count,
            self.most,
            self.most_of_peer or "no limit",
            *self._unlogged.values(),
            variable("connections"),
            variable("peer_connections"),
        )
        self._unlogged = dict.fromkeys(self._unlogged, 0)


def raise_file_limit() -> None:
    """Let this process, and those that it starts, open as many files as is allowed."""
    if resource is None:
        return
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    except (ValueError, OSError):  # macOS allows less than its own hard limit.
        log.debug("The limit of open files stays", exc_info=True)


def most_connections(settings: Settings) -> int:
    """Connections per worker: the setting, or less if few files may be open."""
    if resource is None:
        return settings.connections
    files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if files == resource.RLIM_INFINITY:
        return settings.connections
    return min(settings.connections, max(16, files - OTHER_FILES))
