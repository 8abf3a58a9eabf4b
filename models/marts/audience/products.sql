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

names as (
    select
        product_id,
        product_name,
        max(event_at) as last_named_at
    from log_rows
    where outcome = 'accepted' and product_name is not null
    group by product_id, product_name
),

ranked_names as (
    select
        product_id,
        product_name,
        row_number() over (
            partition by product_id
            order by last_named_at desc, product_name asc
        ) as name_rank
    from names
),

final as (
    select
        cast(event_counts.product_id as {{ id_type() }}) as product_id,
        cast(ranked_names.product_name as {{ dbt.type_string() }}) as product_name,
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
    left join ranked_names
        on
            event_counts.product_id = ranked_names.product_id
            and ranked_names.name_rank = 1
)

select * from final
