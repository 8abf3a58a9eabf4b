"""Commands that build a release: build, refresh, evidence."""

from pathlib import Path

import click

from scripts.cli.error_reports import publishing
from scripts.cli.options import accept_drift, build_options, examples
from scripts.releases.release_watch import WATCH_SECONDS


@click.command(
    epilog=examples(
        "audience build",
        "audience build --log 'data/events-*.csv.gz' --mapping mappings/retailrocket.yml",
        "audience build --log orders.csv --vars 'top_n: 20'",
    )
)
@build_options
@click.option(
    "--target",
    type=click.Choice(["duckdb", "spark"]),
    default="duckdb",
    help="The engine that builds the tables.",
)
def build(
    log: str | None,
    mapping: Path | None,
    settings: str | None,
    keep: int,
    accept_drift: str | None,
    target: str,
) -> None:
    """Build the warehouse from a log, test it and publish a release.

    If the build or a test fails, nothing is published and the last release is still
    served.
    """
    with publishing() as (folder, console):
        from scripts.build import pipeline
        from scripts.build.build_request import BuildRequest
        from scripts.inspection.log_check import check_before_build

        request = BuildRequest(log, mapping, settings, keep, target, accept_drift)
        pipeline.build(folder, console, request, check_before_build)


def _watch_seconds(_: click.Context, parameter: click.Parameter, value: float) -> float:
    if not 0 <= value <= 3600:
        raise click.BadParameter(
            f"{value:g}, expected seconds from 0 to 3600", param=parameter
        )
    return value


@click.command(
    epilog="\b\n"
    "Environment variables:\n"
    "  AUDIENCE_API_URL    the API to watch; by default the one of this machine\n"
    "  AUDIENCE_API_KEY    a key of that API, if it asks for one\n"
    "  AUDIENCE_NOTIFY     a command that gets the outcome as JSON\n"
    "  AUDIENCE_REFERENCE  the release to measure drift from; by default the oldest\n"
    "                      that is kept, or was accepted\n\n"
    + examples(
        "audience refresh",
        "audience refresh --dry-run",
        "audience refresh --accept-drift 'the new shop went live'",
    )
)
@click.option("--dry-run", is_flag=True, help="Only say what is new; build nothing.")
@click.option("--always", is_flag=True, help="Build although nothing is new.")
@accept_drift
@click.option(
    "--watch",
    type=float,
    default=WATCH_SECONDS,
    metavar="SECONDS",
    callback=_watch_seconds,
    help="How long to watch a running API after the switch; 0 for not at all.",
)
def refresh(dry_run: bool, always: bool, accept_drift: str | None, watch: float) -> None:
    """Build what is new in the log, publish it and watch the API.

    Uses the settings of the current release. Run it every day or hour. A build that
    drifted too far, or that the API cannot answer from, is not published.
    """
    with publishing() as (folder, console):
        from scripts.build import refresh as program
        from scripts.build.refresh_plan import plan

        if dry_run:
            plan(folder, console)
        else:
            options = program.RefreshOptions(accept_drift, watch, always)
            program.refresh(folder, console, options)


@click.command(
    epilog=examples("audience evidence", "audience evidence --log 'data/events-*.csv.gz'")
)
@build_options
def evidence(
    log: str | None,
    mapping: Path | None,
    settings: str | None,
    keep: int,
    accept_drift: str | None,
) -> None:
    """Build, measure every ranking on past data, and write a report.

    The report is evidence/report.html in the build folder.
    """
    with publishing() as (folder, console):
        from scripts.build.build_request import BuildRequest
        from scripts.evidence.renewal import gather

        request = BuildRequest(log, mapping, settings, keep, accepted_drift=accept_drift)
        gather(folder, console, request)
