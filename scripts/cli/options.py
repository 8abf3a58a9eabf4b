"""Options that several commands share, and how their help shows examples."""

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any, TypeVar

import click

from scripts.releases.release_folder import KEPT_RELEASES

Command = TypeVar("Command", bound=Callable[..., Any])


def examples(*lines: str) -> str:
    """The last paragraph of a command's help, with its line breaks."""
    title = "Examples:" if len(lines) > 1 else "Example:"
    return "\n".join(["\b", title, *(f"  {line}" for line in lines)])


def _reason(_: click.Context, parameter: click.Parameter, value: str | None) -> str | None:
    if value is not None and not value.strip():
        raise click.BadParameter(
            "is empty, expected the reason, which the history of builds keeps",
            param=parameter,
        )
    return value


accept_drift = click.option(
    "--accept-drift",
    metavar="WHY",
    callback=_reason,
    help="Publish although the data has drifted; the history of builds keeps WHY.",
)


def input_options(command: Command) -> Command:
    """Add the options that say what to read, and how."""
    for option in (
        click.option(
            "--vars",
            "settings",
            metavar="YAML",
            help="More settings, such as 'top_n: 20' or '{top_n: 20, exclude: purchased}'.",
        ),
        click.option(
            "--mapping",
            type=click.Path(path_type=Path),
            help="YAML file that describes the columns of the log, as in mappings/.",
        ),
        click.option(
            "--log",
            metavar="FILES",
            help="CSV, JSON, Parquet or Excel files: a path, or a quoted pattern. Without"
            " it, the log of the workspace's audience.yml, or else a generated one.",
        ),
    ):
        command = option(command)
    return command


def build_options(command: Command) -> Command:
    """Add the options that say what to build."""
    keep = click.option(
        "--keep",
        type=click.IntRange(min=1),
        metavar="N",
        default=KEPT_RELEASES,
        help="How many releases to keep.",
    )
    return input_options(keep(accept_drift(command)))


def _day(_: click.Context, __: click.Parameter, value: datetime | None) -> date | None:
    return value.date() if value else None


def list_options(command: Command) -> Command:
    """Add the options of a command that writes a contact list."""
    for option in (
        click.option("--dry-run", is_flag=True, help="Only count; write nothing."),
        click.option(
            "--format",
            "file_format",
            type=click.Choice(["csv", "parquet"]),
            default="csv",
            help="The format of the list.",
        ),
        click.option(
            "--formulas",
            type=click.Choice(["keep", "quote"]),
            default="keep",
            help="Text in CSV that a spreadsheet would compute: quote puts a ' before it.",
        ),
        click.option(
            "--on",
            "contact_on",
            type=click.DateTime(["%Y-%m-%d"]),
            metavar="DATE",
            callback=_day,
            show_default="today",
            help="The day of the contact, such as 2023-04-03.",
        ),
    ):
        command = option(command)
    return command
