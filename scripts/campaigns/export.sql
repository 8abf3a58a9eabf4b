-- One row per place of a campaign in the current release, with the reason if it is left out.
-- Reads the tables of open_ledger: `ledger` (exports until now), `experiments` (started),
-- `opted_out` (opt-outs until now) and `held_out` (the global holdout); `channel_limits` (see
-- channel_limits.sql); and `rivals`, the campaigns that share customers with this one.

create or replace temp table chosen as
with contacts_of_period as (
    select
        *,
        arm = 'contact' or campaign_id = $campaign_id as is_served
    from ledger
    where contacted_on between $starts_on and $ends_on
),

-- A held-out customer takes a place as a contacted one does.
customer_contacts as (
    select
        customer_id,
        count(*) as contact_count
    from contacts_of_period
    group by customer_id
),

-- Both arms of a running test are left alone, as in int_tested_customers.
units_of_experiments as (
    select customer_id
    from ledger
    inner join experiments using (experiment_id)
    where ledger.contacted_on + experiments.attribution_days::integer > $contact_on
),

campaigns_with_holdout as (
    select
        ledger.campaign_id,
        coalesce(any_value(campaign_summaries.response_days), 14) as response_days
    from ledger
    left join release.campaign_summaries using (campaign_id)
    where
        ledger.arm = 'holdout'
        and ledger.experiment_id is null
        and ledger.campaign_id <> $campaign_id
    group by ledger.campaign_id
),

units_of_campaigns as (
    select ledger.customer_id
    from ledger
    inner join campaigns_with_holdout using (campaign_id)
    where
        ledger.experiment_id is null
        and ledger.contacted_on + campaigns_with_holdout.response_days::integer
        > $contact_on
),

kept_by_rivals as (
    select ledger.customer_id
    from ledger
    inner join rivals using (campaign_id)
    where ledger.contacted_on between rivals.starts_on and rivals.ends_on
),

places as (
    select
        campaign_audiences.campaign_id,
        campaign_audiences.product_id,
        campaign_audiences.audience_rank as place,
        campaign_audiences.customer_id,
        campaign_audiences.arm,
        campaign_audiences.purchase_probability,
        campaign_customers.explanation,
        campaign_customers.external_contact_count,
        campaign_customers.placed_by,
        campaign_customers.placement_probability,
        campaign_customers.history_class,
        campaign_summaries.cost_per_contact
    from release.campaign_audiences
    inner join release.campaign_customers using (campaign_id, customer_id)
    inner join release.campaign_summaries using (campaign_id)
    where campaign_audiences.campaign_id = $campaign_id
),

judged as (
    select
        *,
        case
            when customer_id::text in (select customer_id from opted_out)
                then 'opted out since the release was made'
            -- Those of the release's own period have no place; the day may lie in the next.
            when
                customer_id::text in (
                    select customer_id from held_out
                    where $contact_on between period_from and valid_until
                )
                then 'held out from all contacts on that day'
            when customer_id::text in (select customer_id from units_of_experiments)
                then 'in an experiment until its window has ended'
            when customer_id::text in (select customer_id from units_of_campaigns)
                then 'in a test of another campaign until its window has ended'
            when customer_id::text in (select customer_id from kept_by_rivals)
                then 'contacted by a campaign that shares its customers'
            when
                (product_id::text, customer_id::text) in (
                    select (product_id, customer_id) from contacts_of_period
                    where product_id is not null and is_served
                )
                then 'contacted about the product in the period'
            when
                (product_id::text, customer_id::text) in (
                    select (product_id, customer_id) from contacts_of_period
                    where product_id is not null
                )
                then 'held out from the product by another campaign'
        end as left_out
    from places
),

limited as (
    select
        judged.* exclude (left_out),
        coalesce(judged.left_out, limits.gap_reason) as left_out,
        case when limits.customer_id is null then all_others.room else limits.room end
            as room,
        case
            when limits.customer_id is null then all_others.cap_reason
            else limits.cap_reason
        end as cap_reason
    from judged
    left join channel_limits as limits on judged.customer_id::text = limits.customer_id
    cross join (
        select * from channel_limits where customer_id is null
    ) as all_others
),

numbered as (
    select
        *,
        row_number() over (
            partition by customer_id, left_out is null
            order by place, product_id
        ) as place_number
    from limited
),

counted as (
    select
        numbered.*,
        -- Contacts of others are those that the build knew.
        coalesce(customer_contacts.contact_count, 0)
        + numbered.external_contact_count
        + numbered.place_number as contact_number
    from numbered
    left join customer_contacts
        on numbered.customer_id::text = customer_contacts.customer_id
)

select
    * exclude (
        left_out, room, cap_reason, place_number, contact_number, external_contact_count
    ),
    $channel::text as channel,
    $priority::bigint as priority,
    null::text as experiment_id,
    null::text as experiment_arm,
    null::text as score_class,
    case
        when left_out is not null then left_out
        when contact_number > $frequency_cap then 'had their contacts in the period'
        when place_number > room then cap_reason
    end as left_out
from counted;
