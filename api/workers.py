"""Worker processes on one port; a worker that dies or hangs is replaced.

Sanic's own manager does not replace a dead worker, and it cannot be stopped before every
worker has reported.
"""

import asyncio
import contextlib
import logging
import multiprocessing
import os
import signal
import socket
import threading
import time
from collections.abc import Callable, MutableSequence
from dataclasses import replace
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from prometheus_client import CollectorRegistry, Counter, multiprocess
from sanic import Sanic

from api.heartbeats import BEAT_SECONDS, Heartbeats, shared_beats
from api.rate_limit import RateLimit
from api.settings import Settings

STOP_SECONDS = 20
# A worker that dies sooner is replaced only after this time, to avoid a busy loop.
SHORT_LIFE_SECONDS = 2
# Connections that the kernel keeps until a worker accepts them, per worker.
BACKLOG = 4096
KERNEL_BACKLOG = Path("/proc/sys/net/core/somaxconn")

log = logging.getLogger("api.workers")


def listen(settings: Settings) -> list[socket.socket]:
    """A listening socket per worker, all on one port.

    The kernel spreads connections evenly over the sockets. With one shared socket, the
    first worker to wake would take every waiting connection.

    Raises:
        OSError: the address cannot be used.
    """
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family) as probe:
        # Fails if the port is taken; with SO_REUSEPORT the bind would succeed.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind((settings.host, settings.port))
        port = probe.getsockname()[1]
    listeners = []
    for _ in range(settings.worker_count):
        listener = socket.socket(family)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        listener.bind((settings.host, port))
        listener.listen(BACKLOG)
        listeners.append(listener)
    return listeners


def run_workers(
    settings: Settings,
    listeners: list[socket.socket],
    create: Callable[[Settings], Sanic[Any, Any]] | None = None,
) -> None:
    """Serve until SIGTERM or SIGINT, and finish the requests in flight.

    Args:
        settings: for the workers.
        listeners: see `listen`.
        create: creates the application of a worker; None for the API.
    """
    context = multiprocessing.get_context("spawn")
    should_stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: should_stop.set())

    rate_limit = RateLimit.of(settings.rate_limit, settings.keys.values(), len(listeners))
    beats = shared_beats(len(listeners))
    heartbeats = Heartbeats(beats, settings.frozen_seconds)
    replaced = _replacements()

    def start(place: int) -> tuple[BaseProcess, float]:
        heartbeats.begin(place)
        worker = context.Process(
            target=work,
            args=(
                settings,
                listeners[place],
                os.getpid(),
                replace(rate_limit, worker=place),
                (beats, place),
                create,
            ),
        )
        worker.start()
        return worker, time.monotonic()

    workers = [start(place) for place in range(len(listeners))]
    while not should_stop.wait(0.1):
        frozen = heartbeats.frozen()
        for place, (worker, since) in enumerate(workers):
            if worker.is_alive() and place in frozen:
                log.warning(
                    "A worker has not reacted for %g s; replacing it",
                    settings.frozen_seconds,
                )
                worker.kill()
                worker.join(STOP_SECONDS)
                replaced["hung"].inc()
            elif not worker.is_alive() and time.monotonic() - since > SHORT_LIFE_SECONDS:
                log.warning(
                    "A worker died (exit code %s); starting another", worker.exitcode
                )
                replaced["died"].inc()
            else:
                continue
            forget_metrics(worker)
            workers[place] = start(place)
    for listener in listeners:
        listener.close()  # Otherwise the kernel accepts further connections.
    for worker, _ in workers:
        worker.terminate()
    end = time.monotonic() + STOP_SECONDS
    for worker, _ in workers:
        worker.join(max(0, end - time.monotonic()))
        if worker.is_alive():
            log.warning("A worker did not stop within %s s; killing it", STOP_SECONDS)
            worker.kill()
            worker.join()


def work(
    settings: Settings,
    listener: socket.socket,
    parent: int,
    rate_limit: RateLimit,
    beats: tuple[MutableSequence[int], int],
    create: Callable[[Settings], Sanic[Any, Any]] | None,
) -> None:
    """Run a worker process.

    Args:
        settings: of the server.
        listener: its socket.
        parent: the process id of the parent; the worker ends with it.
        rate_limit: the request counts of all workers.
        beats: the heartbeats of all workers, and the place of its own.
        create: creates its application; None for the API.
    """
    # Imported here, because the parent does not need it.
    from api.application import create_app
    from api.protocol import PunctualProtocol
    from api.waiting_clients import WaitingClients

    app = create(settings) if create else create_app(settings, rate_limit)
    listener.setblocking(False)
    app.ctx.waiting_clients = WaitingClients(listener)
    counts, place = beats

    # Before the release is opened, which takes a while.
    async def begin_beating(app: Sanic[Any, Any]) -> None:
        async def beat() -> None:
            while True:
                counts[place] += 1
                await asyncio.sleep(BEAT_SECONDS)

        app.ctx.beating = asyncio.create_task(beat())

    app.listener(begin_beating, "before_server_start", priority=1)

    @app.after_server_start
    async def watch_parent(app: Sanic[Any, Any]) -> None:
        async def watch() -> None:
            # Repeated: a loop that has just started ignores the first call.
            while True:
                await asyncio.sleep(1)
                if os.getppid() != parent:
                    app.stop()

        app.ctx.watching = asyncio.create_task(watch())

    @app.before_server_stop
    async def end_watch(app: Sanic[Any, Any]) -> None:
        app.ctx.watching.cancel()

    app.run(
        sock=listener,
        protocol=PunctualProtocol,
        single_process=True,
        access_log=False,
        motd=False,
        backlog=BACKLOG,  # Otherwise Sanic sets it to 100.
    )


def warn_of_limits() -> None:
    """Say which limits of the system are lower than what the server asks for."""
    with contextlib.suppress(OSError, ValueError):
        allowed = int(KERNEL_BACKLOG.read_text())
        if allowed < BACKLOG:
            log.warning(
                "The kernel lets only %s new connections wait (net.core.somaxconn): set"
                " it to %s if many clients connect at once",
                allowed,
                BACKLOG,
            )


def _replacements() -> dict[str, Counter]:
    """Counters of replaced workers, by reason; the metrics of all workers include them."""
    counter = Counter(
        "audience_workers_replaced",
        "Workers that were replaced",
        ["reason"],
        registry=CollectorRegistry(),
    )
    return {reason: counter.labels(reason) for reason in ("died", "hung")}


def forget_metrics(worker: BaseProcess) -> None:
    """Keep the counters of a dead worker, and drop its gauges."""
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ and worker.pid:
        multiprocess.mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]
