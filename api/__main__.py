"""Serve the current release: `python -m api`. Settings are environment variables."""

import argparse
import contextlib
import logging
import os
import shutil
import sys
import tempfile
import threading
import time
from dataclasses import fields
from functools import partial
from typing import Any

from api.settings import Settings, SettingsError, variable


def main(arguments: list[str] | None = None) -> int:
    """Serve until stopped; returns the exit code."""
    listed = "\n".join(
        f"  {variable(setting.name):32} {setting.metadata['meaning']}"
        f" (default {setting.default})"
        for setting in fields(Settings)
    )
    parser = argparse.ArgumentParser(
        prog="python -m api",
        description=__doc__,
        epilog=f"environment variables:\n{listed}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.parse_args(arguments)
    try:
        settings = Settings.from_environment()
        from api.keys import parse_keys

        parse_keys(settings.api_keys)
    except SettingsError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    logging.basicConfig(format="%(levelname)s %(message)s", level=logging.WARNING)
    with metrics_folder():
        serve(settings)
    return 0


@contextlib.contextmanager
def metrics_folder() -> Any:
    """A folder in which the workers add up their metrics; for them to inherit."""
    folder = tempfile.mkdtemp(prefix="audience-metrics-")
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = folder
    try:
        yield
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def serve(settings: Settings) -> None:
    """Run the workers."""
    # Only now: prometheus_client reads its environment when it is imported.
    from sanic import Sanic
    from sanic.worker.loader import AppLoader

    from api.application import create_app

    loader = AppLoader(factory=partial(create_app, settings))
    app = loader.load()
    app.main_process_ready(replace_dead_workers)
    app.prepare(
        host=settings.host,
        port=settings.port,
        workers=settings.worker_count,
        access_log=False,
        motd=False,
    )
    print(
        f"Serving {settings.release_dir} at http://{settings.host}:{settings.port}"
        f" with {settings.worker_count} workers; documentation at /docs, Ctrl+C stops.",
        flush=True,
    )
    Sanic.serve(primary=app, app_loader=loader)


def replace_dead_workers(app: Any) -> None:
    """Start a worker anew when it has died; Sanic by itself goes on with the others."""

    def watch() -> None:
        while True:
            time.sleep(0.5)
            for worker in app.manager.processes:
                if not worker.is_alive() and worker.exitcode not in (0, None):
                    logging.getLogger("sanic.root").warning(
                        "Worker %s died (exit code %s); starting it anew",
                        worker.name,
                        worker.exitcode,
                    )
                    app.manager.restart([worker.name])

    threading.Thread(target=watch, name="supervisor", daemon=True).start()


if __name__ == "__main__":
    sys.exit(main())
