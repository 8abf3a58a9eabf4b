"""What all commands share: an error becomes one sentence and an exit code."""

import contextlib
import signal
import sys
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, NoReturn

import click

from scripts.build_folder import BuildFolder
from scripts.reported_error import ReportedError
from scripts.terminal import console

if TYPE_CHECKING:
    from rich.console import Console


@contextlib.contextmanager
def report_errors(
    ending: Callable[[BaseException], str] = lambda _: "", extra: str = "dev"
) -> Iterator[BuildFolder]:
    """Report an expected error as one sentence on standard error.

    Args:
        ending: returns what to print after the sentence; empty for nothing.
        extra: the extra of pyproject.toml that installs what the command imports.

    Yields:
        The build folder.

    Raises:
        click.exceptions.Exit: the code of the error, 1 by default; 130 after an
            interruption.
    """
    folder = BuildFolder.from_environment()
    try:
        yield folder
    except ModuleNotFoundError as error:
        if (error.name or "").split(".")[0] in ("scripts", "api"):
            raise
        _end(f"{error.name} is not installed: pip install -e '.[{extra}]'", ending(error))
    except _expected_errors() as error:
        from scripts import resource_limits

        code = error.exit_code if isinstance(error, ReportedError) else 1
        _end(resource_limits.reason(error, folder), ending(error), code)
    except KeyboardInterrupt as interruption:
        _end("interrupted", ending(interruption), 130)


@contextlib.contextmanager
def publishing() -> Iterator[tuple[BuildFolder, "Console"]]:
    """Report errors of a command that publishes, and say which release is served then.

    Yields:
        The build folder, and a console for progress.

    Raises:
        click.exceptions.Exit: see `report_errors`.
    """
    from scripts.releases.release_folder import ReleaseFolder

    releases = ReleaseFolder(BuildFolder.from_environment().releases)
    served = releases.current()

    def ending(error: BaseException) -> str:
        from scripts.releases.run_history import RolledBackError

        if isinstance(error, RolledBackError):
            return ""  # Its message says which release is served.
        serves = releases.current()
        if serves is None:
            return "Nothing was published."
        if serves == served:
            return "Nothing was published; the last release is still served."
        return f"{serves.release_id} was already published and is served."

    # A signal that ends this program ends dbt too.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with report_errors(ending) as folder:
        yield folder, console()


def _expected_errors() -> tuple[type[Exception], ...]:
    """The errors whose message is for the user."""
    expected: tuple[type[Exception], ...] = (ReportedError, OSError, MemoryError)
    duckdb = sys.modules.get("duckdb")
    return (*expected, duckdb.Error) if duckdb else expected


def _end(message: str, ending: str, code: int = 1) -> NoReturn:
    print(f"error: {message}", file=sys.stderr)
    if ending:
        print(ending, file=sys.stderr)
    raise click.exceptions.Exit(code)
