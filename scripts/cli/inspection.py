"""Commands that look at a log before it is built: inspect, check."""

from pathlib import Path

import click

from scripts.cli.error_reports import report_errors
from scripts.cli.options import examples, input_options


@click.command(
    epilog=examples(
        "audience inspect orders.csv",
        "audience inspect 'events/*.csv.gz' --write mapping.yml",
    )
)
@click.argument("path")
@click.option(
    "--write",
    "mapping",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Write the proposed mapping to a new file.",
)
def inspect(path: str, mapping: Path | None) -> None:
    """Describe a log and propose a mapping for it.

    PATH is a file, a folder or a quoted pattern. It reads the beginning and a sample
    further in. What a person must decide is named, left open in the mapping, and ends
    with exit code 1.
    """
    with report_errors():
        from scripts.inspection.inspect_log import inspect_log
        from scripts.inspection.inspection_report import next_command, print_inspection
        from scripts.inspection.mapping_file import mapping_text, write_mapping

        inspection = inspect_log(path)
        print_inspection(inspection)
        text = mapping_text(inspection.proposal, inspection.found.pattern)
        if mapping:
            write_mapping(mapping, text)
            print(f"Wrote {mapping}.")
        elif inspection.proposal.entries:
            print(f"Mapping\n{text}")
        print(f"Next: {next_command(inspection, mapping)}")
        if not inspection.proposal.is_settled:
            raise click.exceptions.Exit(1)


@click.command(
    epilog=examples(
        "audience check --log 'data/events-*.csv.gz' --mapping mappings/retailrocket.yml",
        "audience check --log orders.csv --vars 'time_format: epoch_ms'",
    )
)
@click.argument("path", required=False)
@input_options
def check(
    path: str | None, log: str | None, mapping: Path | None, settings: str | None
) -> None:
    """Say what a build would refuse, without building.

    PATH is the log, as --log names it.

    It checks the settings, the columns of every input, and the first rows of the log.
    """
    if path and log:
        raise click.UsageError(f"The log is named twice, as {path} and as {log}: name one.")
    with report_errors() as folder:
        from scripts.inspection.log_check import check_log_of

        print(check_log_of(folder, path or log, mapping, settings))
