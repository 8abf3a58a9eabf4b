"""Serve the current release: `python -m api`. Settings are environment variables."""

import argparse
import contextlib
import logging
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

from api.settings import Settings, SettingsError, variable

METRICS = "audience-metrics-"


def main(arguments: list[str] | None = None) -> int:
    """Serve until stopped; returns the exit code."""
    os.umask(0o077)  # What it writes is for its user alone.
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
    except SettingsError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    logging.basicConfig(format="%(levelname)s %(message)s", level=logging.WARNING)
    with metrics_folder():
        # Imported late: prometheus_client reads its environment when it is imported.
        from api.connections import most_connections, raise_file_limit
        from api.workers import listen, run_workers, warn_of_limits

        raise_file_limit()
        warn_of_limits()
        if most_connections(settings) < settings.connections:
            logging.getLogger("api").warning(
                "Only %s connections per worker instead of %s (%s): the limit of open files"
                " (ulimit -n) is low",
                most_connections(settings),
                settings.connections,
                variable("connections"),
            )
        try:
            listeners = listen(settings)
        except OSError as error:
            print(
                f"error: Cannot listen on {settings.host}:{settings.port}:"
                f" {error.strerror}; set {variable('host')} or {variable('port')}",
                file=sys.stderr,
            )
            return 1
        host, port = listeners[0].getsockname()[:2]
        host = f"[{host}]" if ":" in host else host
        print(
            f"Serving {settings.release_dir} at http://{host}:{port} with"
            f" {settings.worker_count} workers; documentation at /docs, Ctrl+C stops.",
            flush=True,
        )
        run_workers(settings, listeners)
    return 0


@contextlib.contextmanager
def metrics_folder() -> Iterator[None]:
    """A folder in which the workers add up their metrics; they inherit its name."""
    sweep_metrics()
    folder = tempfile.mkdtemp(prefix=f"{METRICS}{os.getpid()}-")
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = folder
    try:
        yield
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def sweep_metrics() -> None:
    """Remove the metrics folders of killed servers."""
    for folder in Path(tempfile.gettempdir()).glob(f"{METRICS}*-*"):
        owner = folder.name.removeprefix(METRICS).split("-")[0]
        if owner.isdecimal() and not is_running(int(owner)):
            shutil.rmtree(folder, ignore_errors=True)


def is_running(process: int) -> bool:
    """Whether a process has this number."""
    try:
        os.kill(process, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        return True
    return True


if __name__ == "__main__":
    sys.exit(main())
