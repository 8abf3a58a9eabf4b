-- Of equal rows exactly one is an interaction: every usable row of the log is there
-- once, and there are no other interactions.
{% set has_amounts = input_settings('log').amounts != [] %}

with usable as (
    select distinct
        customer_id,
        product_id,
        event,
        event_at,
        row_id,
        {% if has_amounts %}
        revenue,
        {% endif %}
        unreadable_amount is not null as has_unreadable_amount
    from {{ ref('stg_log_rows') }}
    where outcome = 'accepted'
),

added as (
    select
        customer_id,
        product_id,
        event,
        event_at,
        row_id,
        {% if has_amounts %}
        revenue,
        {% endif %}
        has_unreadable_amount
    from {{ ref('stg_interactions') }}
    where batch = {{ var('log_batch') }}
),

-- Those that an earlier run has added already.
known as (
    select count(*) as row_count
    from {{ ref('stg_interactions') }} as interactions
    inner join usable
        on
            interactions.customer_id = usable.customer_id
            and interactions.product_id = usable.product_id
            and interactions.event = usable.event
            and interactions.event_at = usable.event_at
            {% if has_amounts %}
            and interactions.revenue is not distinct from usable.revenue
            and interactions.has_unreadable_amount = usable.has_unreadable_amount
            {% endif %}
            and coalesce(interactions.row_id, '') = coalesce(usable.row_id, '')
    where interactions.batch < {{ var('log_batch') }}
),

counts as (
    select
        known.row_count as known_count,
        (select count(*) from usable) as usable_count,
        (select count(*) from added) as added_count,
        (select count(*) from (select distinct * from added) as distinct_rows)
            as distinct_added_count
    from known
)

select *
from counts
where
    usable_count <> added_count + known_count
    or added_count <> distinct_added_count
