with interactions as (
    select * from {{ ref('int_interactions') }}
),

customer_products as (
    select * from {{ ref('int_customer_products') }}
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
        {% for event in counted_events() %}
        count(case when event = '{{ event }}' then 1 end) as {{ event }}_count,
        {% endfor %}
        min(event_at) as first_interaction_at,
        max(event_at) as last_interaction_at
    from interactions
    group by product_id
),

joined as (
    select
        event_counts.*,
        customer_counts.customer_count
    from event_counts
    inner join customer_counts on event_counts.product_id = customer_counts.product_id
)

select * from joined
