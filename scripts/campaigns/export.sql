-- One row per place of a campaign in the current release, with the reason if it is left out.
-- Reads the tables of open_ledger: `ledger` (exports until now), `experiments` (started) and
-- `opted_out` (opt-outs until now).

create temp table chosen as
with contacts_of_period as (
    select
        *,
        -- A holdout of another campaign blocks its product, but takes no place here.
        arm = 'contact' or campaign_id = $campaign_id as takes_a_place
    from ledger
    where contacted_on between $starts_on and $ends_on
),

customer_contacts as (
    select
        customer_id,
        count(*) as contact_count
    from contacts_of_period
    where takes_a_place
    group by customer_id
),

units_of_experiments as (
    select customer_id
    from ledger
    inner join experiments using (experiment_id)
    where
        ledger.campaign_id = $campaign_id
        and ledger.contacted_on + experiments.attribution_days::integer > $contact_on
),

places as (
    select
        campaign_audiences.campaign_id,
        campaign_audiences.product_id,
        campaign_audiences.audience_rank as place,
        campaign_audiences.customer_id,
        campaign_audiences.arm,
        campaign_customers.explanation,
        campaign_customers.external_contact_count,
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
            when customer_id::text in (select customer_id from units_of_experiments)
                then 'in an experiment of the campaign until its window has ended'
            when
                (product_id::text, customer_id::text) in (
                    select (product_id, customer_id) from contacts_of_period
                    where product_id is not null and takes_a_place
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

numbered as (
    select
        judged.*,
        -- Contacts of others are those that the build knew.
        coalesce(customer_contacts.contact_count, 0)
        + judged.external_contact_count
        + row_number() over (
            partition by judged.customer_id, judged.left_out is null
            order by judged.place, judged.product_id
        ) as contact_number
    from judged
    left join customer_contacts
        on judged.customer_id::text = customer_contacts.customer_id
)

select
    * exclude (left_out, contact_number, external_contact_count),
    null::text as experiment_id,
    null::text as experiment_arm,
    coalesce(
        left_out,
        case when contact_number > $frequency_cap then 'had their contacts in the period' end
    ) as left_out
from numbered;
