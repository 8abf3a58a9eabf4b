"""Start an experiment: fix its arms and write its contact list.

From then on the ledger has the assignment; later builds do not change it.
"""

from datetime import date

from scripts.build_folder import BuildFolder
from scripts.campaigns.channel_limits import limit_by_channels
from scripts.campaigns.contact_ledger import (
    ContactListError,
    check_holdout_is_known,
    open_ledger,
    record,
    records,
)
from scripts.campaigns.contact_list import ContactList, Period, write_contact_list
from scripts.workspace import with_own_tables

# A customer who opts out between the build and the start is in no arm, nor is one whom the
# rules of channels or the global holdout keep from a contact on the day. They look at the
# past or at a draw alone: an arm and its holdout lose as many, but for chance.
CHOICE = """
create temp table chosen as
select
    experiment_verdicts.campaign_id,
    assignments.product_id,
    row_number() over (partition by assignments.product_id order by unit_id) as place,
    assignments.unit_id as customer_id,
    case when assignments.arm like '%holdout' then 'holdout' else 'contact' end as arm,
    experiment_verdicts.cost_per_contact,
    null::text as explanation,
    $channel::text as channel,
    $priority::bigint as priority,
    assignments.experiment_id,
    assignments.arm as experiment_arm,
    null::text as placed_by,
    null::double as placement_probability,
    null::double as purchase_probability,
    null::text as history_class,
    assignments.score_class,
    case
        when assignments.unit_id in (select customer_id from opted_out)
            then 'opted out since the release was made'
        when assignments.unit_id in (
            select customer_id from held_out
            where $contact_on between period_from and valid_until
        )
            then 'held out from all contacts on that day'
        when limits.gap_reason is not null then limits.gap_reason
        when limits.room < 1 then limits.cap_reason
    end as left_out
from release.experiment_assignments as assignments
inner join release.experiment_verdicts using (experiment_id)
left join channel_limits as limits on assignments.unit_id = limits.customer_id
where assignments.experiment_id = $experiment_id
"""


def start_experiment(
    folder: BuildFolder,
    experiment_id: str,
    contact_on: date | None = None,
    file_format: str = "csv",
    formulas: str = "keep",
    *,
    dry_run: bool = False,
) -> ContactList:
    """Write the contact list of an experiment that the current release has planned.

    Args:
        contact_on: the day of the contact, within the experiment; today if None.
        file_format: csv or parquet.
        formulas: keep or quote, see `write_contact_list`.
        dry_run: only count.

    Raises:
        ContactListError: the experiment is unknown or has started, the day is outside its
            period or a quiet day, or the release does not know the contacts of a later
            export.
        ReleaseError: there is no release.
        OSError, duckdb.Error: nothing was written.
    """
    with open_ledger(folder) as (connection, release):
        experiment = record(
            connection, release, "experiment_verdicts", "experiment", experiment_id
        )
        started = connection.execute(
            "select 1 from ledger where experiment_id = $id limit 1", {"id": experiment_id}
        ).fetchone()
        exported = connection.execute(
            "select min(export_id) from ledger where release_id >= $release_id",
            {"release_id": release.release_id},
        ).fetchone()
        if started or experiment["verdict"] != "planned":
            raise ContactListError(
                f"{experiment_id} has started: its arms are fixed. To try again, give it"
                " another experiment_id"
            )
        if exported and exported[0] is not None:
            raise ContactListError(
                f"{exported[0]} was exported after {release.release_id} was made, which"
                " does not know whom it contacts: run `audience build` first"
            )
        period = Period(
            experiment_id,
            experiment["starts_on"],
            experiment["ends_on"],
            with_own_tables("seeds/experiments.csv"),
        )
        day = period.day(contact_on)
        check_holdout_is_known(connection, release, day)
        campaigns = records(connection, release, "campaign_summaries")
        campaign = campaigns.get(experiment["campaign_id"], {})
        channel = campaign.get("channel")
        limit_by_channels(connection, channel, day)
        connection.execute(
            CHOICE,
            {
                "experiment_id": experiment_id,
                "channel": channel,
                "priority": campaign.get("priority"),
                "contact_on": day,
            },
        )
        return write_contact_list(
            connection,
            folder,
            release,
            experiment_id,
            day,
            file_format,
            formulas,
            # Later builds compare the seeds with it.
            keep={
                "experiment": "from release.experiment_designs where experiment_id = $owner"
            },
            dry_run=dry_run,
        )
