"""Prometheus metrics over all workers, and a log of requests."""

import asyncio
import json
import os
import re
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Histogram,
    generate_latest,
    multiprocess,
)
from prometheus_client.core import GaugeMetricFamily, Metric
from sanic import HTTPResponse, Request

from api.log_lines import write_lines
from api.release import Release
from api.serving import Serving

LATENCY_BUCKETS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5)
BATCH_BUCKETS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)
REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
FLUSH_SECONDS = 0.25
MOST_LINES = 50_000
LONGEST_EVENT = 3000
UNKNOWN_ROUTE = "unknown"
BROKEN = "broken off"  # Takes the place of the status.


class Telemetry:
    """Counts and logs the requests of a worker.

    It records routes, never paths: a path may hold a customer id.

    Attributes:
        registry: the metrics of this worker.
        reports: bring metrics up to date that are not counted one by one.
    """

    def __init__(self, serving: Serving, *, has_access_log: bool) -> None:
        self._serving = serving
        self._has_access_log = has_access_log
        self._lines: list[str] = []
        self._prefix = f"{os.getpid():x}-{time.time_ns():x}-"
        self._number = 0
        self.registry = registry = CollectorRegistry()
        self.reports: list[Callable[[], None]] = [self._report_serving]
        self._requests = Counter(
            "audience_requests",
            "Requests",
            ["method", "route", "status"],
            registry=registry,
        )
        self._seconds = Histogram(
            "audience_request_seconds",
            "Time to answer",
            ["route"],
            buckets=LATENCY_BUCKETS,
            registry=registry,
        )
        self._lookups = Counter(
            "audience_lookups", "Look-ups of lists", ["found"], registry=registry
        )
        self.batch_products = Histogram(
            "audience_batch_products",
            "Products per batch",
            buckets=BATCH_BUCKETS,
            registry=registry,
        )
        self.exported_rows = Counter(
            "audience_exported_rows", "Customers exported", registry=registry
        )
        self._switches = Counter(
            "audience_release_switches",
            "Switches to another release, of all workers",
            registry=registry,
        )
        self._dropped = Counter(
            "audience_log_lines_dropped",
            "Lines of the log that were dropped because writing was too slow",
            registry=registry,
        )
        self._kinds: dict[tuple[str, str, int | str], tuple[Counter, Histogram, str]] = {}
        self._second = (0, "")
        self._reported = (0, 0, 0)
        self._collecting = asyncio.Lock()
        self._next_exposition: asyncio.Task[bytes] | None = None

    def begin(self, request: Request) -> None:
        """Note the start of a request, and give it an id."""
        request.ctx.started = time.perf_counter()
        given = request.headers.get("x-request-id")
        if given and REQUEST_ID.fullmatch(given):
            request.ctx.request_id = given
        else:
            self._number += 1
            request.ctx.request_id = f"{self._prefix}{self._number:x}"

    def end(
        self,
        request: Request,
        response: HTTPResponse,
        size: int,
        *,
        is_broken: bool = False,
    ) -> None:
        """Count and log an answered request.

        Args:
            request: the request.
            response: its response.
            size: of the body, bytes.
            is_broken: whether the response was broken off after its head was sent.
        """
        seconds = time.perf_counter() - request.ctx.started
        route = f"/{request.route.path}" if request.route else UNKNOWN_ROUTE
        # A client can send any method; each would be one more time series.
        method = request.method if request.route else UNKNOWN_ROUTE
        status = BROKEN if is_broken else response.status
        kind = self._kinds.get((method, route, status))
        if kind is None:
            what = {"method": method, "route": route, "status": status}
            kind = self._kinds[method, route, status] = (
                self._requests.labels(*what.values()),
                self._seconds.labels(route),
                json.dumps(what)[1:-1],
            )
        counter, timer, described = kind
        counter.inc()
        timer.observe(seconds)
        if self._has_access_log:
            self._add_line(
                f"{self._beginning('request', request)}, {described},"
                f' "milliseconds": {seconds * 1000:.3f}, "bytes": {size}}}'
            )

    def log(self, event: str, request: Request, **what: object) -> None:
        """Add an event to the log, with its request and the owner of the key."""
        described = json.dumps(what)[1:-1]
        if len(described) > LONGEST_EVENT:  # A longer line could not be written whole.
            described = json.dumps({name: str(value)[:100] for name, value in what.items()})
            described = described[1:-1]
        self._add_line(f"{self._beginning(event, request)}, {described}}}")

    def _beginning(self, event: str, request: Request) -> str:
        """The beginning of a line; formatted by hand, because every request has one."""
        now = time.time()
        second = int(now)
        if second != self._second[0]:
            text = datetime.fromtimestamp(second, UTC).isoformat()
            self._second = (second, text.removesuffix("+00:00"))
        owner = getattr(request.ctx, "owner", None)
        return (
            f'{{"time": "{self._second[1]}.{int(1000 * (now - second)):03}Z",'
            f' "event": "{event}", "request_id": "{request.ctx.request_id}",'
            f' "key": {json.dumps(owner) if owner else "null"}'
        )

    async def keep_writing(self) -> None:
        """Write the log in pieces; writing single lines would cost as much as answering.

        In a thread: a slow reader of the log must not delay requests.
        """
        while True:
            await asyncio.sleep(FLUSH_SECONDS)
            self._report()
            await asyncio.to_thread(self.write)

    def write(self) -> None:
        """Write the waiting lines; they are dropped if writing fails."""
        lines, self._lines = self._lines, []
        self._dropped.inc(write_lines(lines))

    def _add_line(self, line: str) -> None:
        if len(self._lines) < MOST_LINES:
            self._lines.append(line)
        else:
            self._dropped.inc()

    def _report(self) -> None:
        for report in self.reports:
            report()

    def _report_serving(self) -> None:
        """Copy the counts of look-ups; counting each one here would cost a microsecond."""
        lookups = self._serving.lookups
        counts = (lookups.hits, lookups.misses, self._serving.switches)
        reports = (
            self._lookups.labels("in memory"),
            self._lookups.labels("in the release"),
            self._switches,
        )
        for report, now, before in zip(reports, counts, self._reported, strict=True):
            report.inc(now - before)
        self._reported = counts

    async def exposition(self) -> bytes:
        """The metrics of all workers, as Prometheus reads them.

        Requests that arrive while metrics are collected share the next collection: each
        takes tens of milliseconds of a core.
        """
        if self._next_exposition is None:
            self._next_exposition = asyncio.create_task(self._collect())
        return await asyncio.shield(self._next_exposition)

    async def _collect(self) -> bytes:
        async with self._collecting:
            self._next_exposition = None
            self._report()
            # In a thread, so that look-ups continue.
            return await asyncio.to_thread(self._collected)

    def _collected(self) -> bytes:
        registry = self.registry
        if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
            registry = CollectorRegistry()
            multiprocess.MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
        release = _ReleaseCollector(self._serving.release)
        return generate_latest(registry) + generate_latest(release)


class _ReleaseCollector(CollectorRegistry):
    """The release of this worker as metrics: all workers agree within a second."""

    def __init__(self, release: Release | None) -> None:
        super().__init__()
        self._release = release

    def collect(self) -> Iterator[Metric]:
        """The release's metrics."""
        yield GaugeMetricFamily(
            "audience_release_served",
            "1 if a release is served",
            float(bool(self._release)),
        )
        if self._release:
            info = GaugeMetricFamily(
                "audience_release_info", "The release that is served", labels=["release_id"]
            )
            info.add_metric([self._release.release_id], 1)
            yield info
            yield GaugeMetricFamily(
                "audience_release_age_days", "Age of the release", self._release.age_days
            )
