"""Write the contact list of a campaign and note it in the ledger.

A customer is left out who was contacted about the product before, has reached the cap, or
has opted out since the release was made. So two exports in a row contact no one twice.
"""

from datetime import date
from pathlib import Path

from scripts.build_folder import BuildFolder
from scripts.campaigns.contact_ledger import open_ledger, record
from scripts.campaigns.contact_list import ContactList, Period, write_contact_list
from scripts.settings.destination_settings import ContactColumns

CHOICE = Path(__file__).with_name("export.sql")


def export_campaign(
    folder: BuildFolder,
    campaign_id: str,
    contact_on: date | None = None,
    file_format: str = "csv",
    formulas: str = "keep",
    contact_columns: ContactColumns | None = None,
    *,
    dry_run: bool = False,
) -> ContactList:
    """Write the contact list of a campaign of the current release.

    Args:
        contact_on: the day of the contact, within the period; today if None.
        file_format: csv or parquet.
        formulas: keep or quote, see `write_contact_list`.
        contact_columns: columns of the user's own table to add to the list.
        dry_run: only count.

    Raises:
        ContactListError: the campaign is unknown, or the day is outside its period.
        ContactColumnsError: the table of contact columns cannot be used.
        ReleaseError: there is no release.
        OSError, duckdb.Error: nothing was written.
    """
    with open_ledger(folder) as (connection, release):
        campaign = record(
            connection, release, "campaign_summaries", "campaign", campaign_id
        )
        period = Period(
            campaign_id, campaign["starts_on"], campaign["ends_on"], "seeds/campaigns.csv"
        )
        day = period.day(contact_on)
        connection.execute(
            CHOICE.read_text(encoding="utf-8"),
            {
                "campaign_id": campaign_id,
                "starts_on": period.starts_on,
                "ends_on": period.ends_on,
                "frequency_cap": campaign["frequency_cap"],
                "contact_on": day,
            },
        )
        return write_contact_list(
            connection,
            folder,
            release,
            campaign_id,
            day,
            file_format,
            formulas,
            contact_columns=contact_columns,
            dry_run=dry_run,
        )
