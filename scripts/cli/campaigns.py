"""Commands about contacts: export, suppress."""

import os
import sys
from datetime import date
from typing import TYPE_CHECKING

import click

from scripts.cli.error_reports import publishing, report_errors
from scripts.cli.options import accept_drift, examples, list_options

if TYPE_CHECKING:
    from scripts.campaigns.contact_list import ContactList


def print_receipt_of(contact_list: "ContactList") -> None:
    """Print the receipt; a reader of the output may close it early."""
    from scripts.campaigns.printed_receipt import print_receipt

    try:
        print_receipt(contact_list)
        sys.stdout.flush()
    except BrokenPipeError:
        # The list is written all the same.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


@click.command(
    epilog=examples(
        "audience export spring_rotation --on 2023-04-03 --format csv",
        "audience export spring_rotation --dry-run",
        "audience export spring_rotation --contact-columns"
        " '{path: crm.csv, columns: [email]}'",
    )
)
@click.argument("campaign")
@click.option(
    "--contact-columns",
    metavar="YAML",
    help="Columns of your own table to add, such as '{path: crm.csv, columns: [email]}'.",
)
@list_options
def export(
    campaign: str,
    contact_columns: str | None,
    contact_on: date | None,
    formulas: str,
    file_format: str,
    dry_run: bool,
) -> None:
    """Write the contact list of CAMPAIGN and record its contacts.

    Two exports contact no customer twice about a product. The list goes to exports/ in the
    build folder.
    """
    with report_errors(lambda _: "Nothing was written.") as folder:
        from scripts.campaigns.export import export_campaign
        from scripts.delivery.destinations import read_contact_columns

        contact_list = export_campaign(
            folder,
            campaign,
            contact_on,
            file_format,
            formulas,
            read_contact_columns(contact_columns) if contact_columns else None,
            dry_run=dry_run,
        )
    print_receipt_of(contact_list)


@click.command(
    epilog=examples(
        "audience suppress 17 42 --reason 'asked by mail'", "audience suppress -- -17"
    )
)
@click.argument("customers", metavar="CUSTOMER...", nargs=-1, required=True)
@click.option("--reason", default="opted out", help="Why; it is stored with the opt-out.")
@click.option(
    "--force", is_flag=True, help="Also note customers whom the current release lacks."
)
@accept_drift
def suppress(
    customers: tuple[str, ...], reason: str, accept_drift: str | None, *, force: bool
) -> None:
    """Opt customers out, and publish a release without them.

    Each CUSTOMER is a customer_id. Put -- before ids that begin with a dash. A running API
    leaves them out at once. Ends with exit code 3 if that is all: no release could be
    published.
    """
    with publishing() as (folder, console):
        from scripts.campaigns import suppress as program

        program.suppress(
            folder, console, list(customers), reason, accept_drift, is_forced=force
        )
