with product_counts as (
    select * from {{ ref('int_product_counts') }}
),

log_rows as (
    select * from {{ ref('stg_log_rows') }}
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
        cast(product_counts.product_id as {{ id_type() }}) as product_id,
        cast(names.product_name as {{ dbt.type_string() }}) as product_name,
        cast(product_counts.interaction_count as bigint) as interaction_count,
        cast(product_counts.customer_count as bigint) as customer_count,
        {% for event in counted_events() %}
        cast(product_counts.{{ event }}_count as bigint) as {{ event }}_count,
        {% endfor %}
        cast(
            product_counts.interaction_count
            {% for event in counted_events() %}
            - product_counts.{{ event }}_count
            {% endfor %}
            as bigint
        ) as other_event_count,
        cast(product_counts.first_interaction_at as timestamp) as first_interaction_at,
        cast(product_counts.last_interaction_at as timestamp) as last_interaction_at
    from product_counts
    left join names on product_counts.product_id = names.product_id
)

select * from final
