{% set counted_events = ['purchased', 'cart', 'rating', 'wishlist', 'search_keyword'] %}

with interactions as (
    select * from {{ ref('int_interactions') }}
),

customer_products as (
    select * from {{ ref('int_customer_products') }}
),

log_rows as (
    select * from {{ ref('stg_log_rows') }}
),

-- Counting pairs is several times cheaper than a distinct count of the log.
customer_counts as (
    select
        product_id,
        count(*) as customer_count
    from customer_products
    group by product_id
),

event_counts as (
    select
        product_id,
        count(*) as interaction_count,
        {% for event in counted_events %}
        count(case when event = '{{ event }}' then 1 end) as {{ event }}_count,
        {% endfor %}
        min(event_at) as first_interaction_at,
        max(event_at) as last_interaction_at
    from interactions
    group by product_id
),

last_named as (
    select
        product_id,
        max(event_at) as event_at
    from log_rows
    where
        outcome = 'accepted'
        and product_name is not null
        and {{ until_as_of('event_at') }}
    group by product_id
),

-- The latest name; of two names at one time the first in the alphabet.
names as (
    select
        log_rows.product_id,
        min(log_rows.product_name) as product_name
    from log_rows
    inner join last_named
        on
            log_rows.product_id = last_named.product_id
            and log_rows.event_at = last_named.event_at
    where log_rows.outcome = 'accepted'
    group by log_rows.product_id
),

final as (
    select
        cast(event_counts.product_id as {{ id_type() }}) as product_id,
        cast(names.product_name as {{ dbt.type_string() }}) as product_name,
        cast(event_counts.interaction_count as bigint) as interaction_count,
        cast(customer_counts.customer_count as bigint) as customer_count,
        {% for event in counted_events %}
        cast(event_counts.{{ event }}_count as bigint) as {{ event }}_count,
        {% endfor %}
        cast(
            event_counts.interaction_count
            {% for event in counted_events %}
            - event_counts.{{ event }}_count
            {% endfor %}
            as bigint
        ) as other_event_count,
        cast(event_counts.first_interaction_at as timestamp) as first_interaction_at,
        cast(event_counts.last_interaction_at as timestamp) as last_interaction_at
    from event_counts
    inner join customer_counts on event_counts.product_id = customer_counts.product_id
    left join names on event_counts.product_id = names.product_id
)

select * from final
