"""Write the contact list of a campaign and note it in the ledger.

A customer is left out who was contacted about the product before, has reached a cap, was
contacted too recently, or has opted out since the release was made. So two exports in a row
contact no one twice.
"""

from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from scripts.build_folder import BuildFolder
from scripts.campaigns.channel_limits import limit_by_channels
from scripts.campaigns.contact_ledger import (
    check_holdout_is_known,
    open_ledger,
    record,
    records,
)
from scripts.campaigns.contact_list import ContactList, Period, write_contact_list
from scripts.settings.destination_settings import ContactColumns
from scripts.workspace import with_own_tables

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
        ContactListError: the campaign is unknown, or the day is outside its period, a
            quiet day or after the known global holdout.
        ContactColumnsError: the table of contact columns cannot be used.
        ReleaseError: there is no release.
        OSError, duckdb.Error: nothing was written.
    """
    with open_ledger(folder) as (connection, release):
        campaign = record(
            connection, release, "campaign_summaries", "campaign", campaign_id
        )
        period = Period(
            campaign_id,
            campaign["starts_on"],
            campaign["ends_on"],
            with_own_tables("seeds/campaigns.csv"),
        )
        day = period.day(contact_on)
        check_holdout_is_known(connection, release, day)
        campaigns = records(connection, release, "campaign_summaries")
        choose_contacts(connection, campaigns, campaign_id, day)
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


def choose_contacts(
    connection: duckdb.DuckDBPyConnection,
    campaigns: dict[str, dict[str, Any]],
    campaign_id: str,
    contact_on: date,
) -> None:
    """Make the table `chosen`: the places of a campaign, and why one is left out.

    Args:
        connection: that of `open_ledger`.
        campaigns: the rows of `campaign_summaries`, by campaign. An earlier release has
            neither a channel nor a priority.

    Raises:
        ContactListError: the day is a quiet one.
    """
    campaign = campaigns[campaign_id]
    channel = campaign.get("channel")
    limit_by_channels(connection, channel, contact_on)
    connection.execute(
        "create or replace temp table rivals"
        " (campaign_id text, starts_on date, ends_on date)"
    )
    for name in rivals(campaigns, campaign_id):
        connection.execute(
            "insert into rivals values (?, ?, ?)",
            [name, campaigns[name]["starts_on"], campaigns[name]["ends_on"]],
        )
    connection.execute(
        CHOICE.read_text(encoding="utf-8"),
        {
            "campaign_id": campaign_id,
            "starts_on": campaign["starts_on"],
            "ends_on": campaign["ends_on"],
            "frequency_cap": campaign["frequency_cap"],
            "contact_on": contact_on,
            "channel": channel,
            "priority": campaign.get("priority"),
        },
    )


def rivals(campaigns: dict[str, dict[str, Any]], campaign_id: str) -> list[str]:
    """The campaigns that share customers with a campaign, as in int_campaign_rivals."""
    campaign = campaigns[campaign_id]
    if campaign.get("priority") is None:
        return []
    return [
        name
        for name, other in campaigns.items()
        if name != campaign_id
        and other["priority"] is not None
        and other["starts_on"] <= campaign["ends_on"]
        and other["ends_on"] >= campaign["starts_on"]
    ]
