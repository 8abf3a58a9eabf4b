"""The command deliver: a list that was written goes to another system."""

from pathlib import Path

import click

from scripts.cli.error_reports import report_errors
from scripts.cli.options import examples


@click.command(
    epilog=examples(
        "audience deliver spring_rotation-2023-04-03-20230403T081500123456Z --to crm",
        "audience deliver spring_rotation-2023-04-03-20230403T081500123456Z --to crm"
        " --dry-run",
    )
)
@click.argument("export_id", metavar="EXPORT")
@click.option(
    "--to",
    "destination",
    metavar="DESTINATION",
    required=True,
    help="A destination of destinations.yml.",
)
@click.option(
    "--destinations",
    "file",
    type=click.Path(path_type=Path),
    metavar="FILE",
    show_default="destinations.yml of the workspace",
    help="The YAML file that describes destinations.",
)
@click.option("--dry-run", is_flag=True, help="Show what would be sent; send nothing.")
def deliver(export_id: str, destination: str, file: Path | None, *, dry_run: bool) -> None:
    """Send the contact list EXPORT to another system.

    That is an HTTP endpoint, a table in PostgreSQL, or a folder. EXPORT is the folder of a
    list in exports/. Run it again after an error: it continues after the batches that were
    delivered. Customers who have opted out since the list was written are left out.
    """

    def ending(_: BaseException) -> str:
        from scripts.build_folder import BuildFolder
        from scripts.delivery.deliver import so_far

        return so_far(BuildFolder.from_environment(), export_id, destination)

    with report_errors(ending, extra="postgresql") as folder:
        from scripts.delivery.deliver import deliver as run
        from scripts.delivery.printed_delivery import print_delivery

        print_delivery(run(folder, export_id, destination, file, dry_run=dry_run))
