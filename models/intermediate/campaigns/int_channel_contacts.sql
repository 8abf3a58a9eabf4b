{# Contacts by day. Where seeds/channels.csv has no rule, there is nothing to count. #}
with contacts as (
    select
        *,
        cast(contacted_at as date) as contacted_on
    from {{ ref('stg_contacts') }}
    where
        outcome = 'accepted'
        and exists (select 1 from {{ ref('stg_channels') }})
),

{{ counted_contacts() }},

-- A held-out customer takes a place as a contacted one does.
final as (
    select
        customer_id,
        contacted_on,
        channel,
        is_exported,
        count(*) as contact_count
    from counted_once
    group by customer_id, contacted_on, channel, is_exported
)

select * from final
