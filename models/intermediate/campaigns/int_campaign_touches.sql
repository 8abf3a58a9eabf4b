{#
    The days on which exports of campaigns contacted customers or held them out: several
    products on one day are one touch. Units of experiments have results of their own, and
    contacts made by others were not drawn by chance.
#}
{% set touched_at = 'cast(contacts.contacted_on as timestamp)' %}
with contacts as (
    select
        *,
        cast(contacted_at as date) as contacted_on
    from {{ ref('stg_contacts') }}
    where
        outcome = 'accepted'
        and is_exported
        and campaign_id is not null
        and experiment_id is null
),

-- Every campaign of the seed, whether its audiences are still made or not.
campaigns as (
    select * from {{ ref('stg_campaigns') }}
),

final as (
    select
        contacts.campaign_id,
        contacts.customer_id,
        contacts.contacted_on,
        contacts.arm,
        {{ touched_at }} as touched_at,
        {{ touched_at }} + interval '1' day * campaigns.response_days as responds_until,
        campaigns.value_per_conversion,
        count(*) as contact_count,
        sum(contacts.cost) as cost
    from contacts
    inner join campaigns on contacts.campaign_id = campaigns.campaign_id
    group by
        contacts.campaign_id, contacts.customer_id, contacts.contacted_on,
        contacts.arm, campaigns.response_days, campaigns.value_per_conversion
)

select * from final
