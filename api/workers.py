"""Worker processes on one listening socket; one that dies is replaced.

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
from multiprocessing.process import BaseProcess
from typing import Any

from prometheus_client import multiprocess
from sanic import Sanic

from api.settings import Settings

STOP_SECONDS = 20
# A worker that dies sooner than this after its start is not started again at once.
SHORT_LIFE_SECONDS = 2

log = logging.getLogger("api.workers")


def listen(settings: Settings) -> socket.socket:
    """The socket that all workers accept connections from.

    Raises:
        OSError: the address cannot be used.
    """
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listener = socket.socket(family)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((settings.host, settings.port))
    listener.listen(1024)
    listener.set_inheritable(True)
    return listener


def run_workers(settings: Settings, listener: socket.socket) -> None:
    """Serve until SIGTERM or SIGINT; requests in flight are answered first."""
    context = multiprocessing.get_context("spawn")
    should_stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: should_stop.set())

    def start() -> tuple[BaseProcess, float]:
        worker = context.Process(target=work, args=(settings, listener, os.getpid()))
        worker.start()
        return worker, time.monotonic()

    workers = [start() for _ in range(settings.worker_count)]
    while not should_stop.wait(0.1):
        for place, (worker, since) in enumerate(workers):
            if worker.is_alive() or time.monotonic() - since < SHORT_LIFE_SECONDS:
                continue
            log.warning("A worker died (exit code %s); starting another", worker.exitcode)
            forget_metrics(worker)
            workers[place] = start()
    for worker, _ in workers:
        worker.terminate()
    end = time.monotonic() + STOP_SECONDS
    for worker, _ in workers:
        worker.join(max(0, end - time.monotonic()))
        if worker.is_alive():
            log.warning("A worker did not stop within %s s; killing it", STOP_SECONDS)
            worker.kill()
            worker.join()


def work(settings: Settings, listener: socket.socket, parent: int) -> None:
    """What a worker process does."""
    # Here, because the parent needs nothing of it.
    from api.application import create_app

    app = create_app(settings)

    @app.after_server_start
    async def watch_parent(app: Sanic[Any, Any]) -> None:
        async def watch() -> None:
            while os.getppid() == parent:
                await asyncio.sleep(1)
            app.stop()

        app.ctx.watching = asyncio.create_task(watch())

    @app.before_server_stop
    async def end_watch(app: Sanic[Any, Any]) -> None:
        app.ctx.watching.cancel()

    app.run(sock=listener, single_process=True, access_log=False, motd=False)


def forget_metrics(worker: BaseProcess) -> None:
    """Keep a dead worker's counts, drop what it said of the moment."""
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ and worker.pid:
        multiprocess.mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]
