"""Hand over the contact list of a campaign, and note in the ledger whom it holds.

Whoever is in the ledger for a product, has reached the cap, or has opted out since the
release was made is left out: two exports in a row contact nobody twice.
"""

from datetime import date
from pathlib import Path

from scripts.build_folder import BuildFolder
from scripts.campaigns.contact_list import (
    ContactList,
    Period,
    hand_over,
    open_ledger,
    record,
)

CHOICE = Path(__file__).with_name("export.sql")


def export_campaign(
    folder: BuildFolder,
    campaign_id: str,
    contact_on: date | None = None,
    file_format: str = "csv",
    *,
    dry_run: bool = False,
) -> ContactList:
    """Write the contact list of a campaign of the current release.

    Args:
        contact_on: the day of the contact, within the period; today if None.
        file_format: csv or parquet.
        dry_run: only count.

    Raises:
        ContactListError: no such campaign, or no day of its period.
        ReleaseError: no release.
        OSError, duckdb.Error: the list could not be written; nothing was.
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
        return hand_over(
            connection, folder, release, campaign_id, day, file_format, dry_run=dry_run
        )
