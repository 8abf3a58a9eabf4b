"""Worker processes on one port; one that dies is replaced.

Sanic has a manager of its own, which goes on with the others when a worker dies, and which
cannot be stopped before every worker has reported.
"""

import asyncio
import logging
import multiprocessing
import os
import signal
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from multiprocessing.process import BaseProcess
from typing import Any

from prometheus_client import multiprocess
from sanic import Sanic

from api.rate_limit import Rates
from api.settings import Settings

STOP_SECONDS = 20
# A worker that dies sooner than this after its start is not started again at once.
SHORT_LIFE_SECONDS = 2

log = logging.getLogger("api.workers")


def listen(settings: Settings) -> list[socket.socket]:
    """A listening socket per worker, all on one port.

    The kernel spreads connections over them evenly; of one socket that all share, whichever
    worker wakes first takes every connection that waits.

    Raises:
        OSError: the address cannot be used.
    """
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family) as probe:
        # The others could be bound beside another server's.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind((settings.host, settings.port))
        port = probe.getsockname()[1]
    listeners = []
    for _ in range(settings.worker_count):
        listener = socket.socket(family)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        listener.bind((settings.host, port))
        listener.listen(1024)
        listeners.append(listener)
    return listeners


def run_workers(
    settings: Settings,
    listeners: list[socket.socket],
    create: Callable[[Settings], Sanic[Any, Any]] | None = None,
) -> None:
    """Serve until SIGTERM or SIGINT; requests in flight are answered first.

    Args:
        settings: for the workers.
        listeners: see `listen`.
        create: makes the application in each worker; the API's if None.
    """
    context = multiprocessing.get_context("spawn")
    should_stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: should_stop.set())

    rates = Rates.of(settings.rate_limit, settings.keys.values(), len(listeners))

    def start(place: int) -> tuple[BaseProcess, float]:
        worker = context.Process(
            target=work,
            args=(
                settings,
                listeners[place],
                os.getpid(),
                replace(rates, worker=place),
                create,
            ),
        )
        worker.start()
        return worker, time.monotonic()

    workers = [start(place) for place in range(len(listeners))]
    while not should_stop.wait(0.1):
        for place, (worker, since) in enumerate(workers):
            if worker.is_alive() or time.monotonic() - since < SHORT_LIFE_SECONDS:
                continue
            log.warning("A worker died (exit code %s); starting another", worker.exitcode)
            forget_metrics(worker)
            workers[place] = start(place)
    for listener in listeners:
        listener.close()  # Or the kernel would go on taking connections.
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
    rates: Rates,
    create: Callable[[Settings], Sanic[Any, Any]] | None,
) -> None:
    """What a worker process does."""
    # Here, because the parent needs nothing of it.
    from api.application import create_app
    from api.protocol import PunctualProtocol

    app = create(settings) if create else create_app(settings, rates)

    @app.after_server_start
    async def watch_parent(app: Sanic[Any, Any]) -> None:
        async def watch() -> None:
            # Again and again: a loop that is only just starting ignores the first.
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
    )


def forget_metrics(worker: BaseProcess) -> None:
    """Keep a dead worker's counts, drop what it said of the moment."""
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ and worker.pid:
        multiprocess.mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]
