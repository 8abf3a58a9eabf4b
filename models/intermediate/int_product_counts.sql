{{
    config(
        materialized=growing(),
        incremental_strategy='delete+insert',
        unique_key='product_id',
    )
}}

with interactions as (
    select * from {{ ref('int_interactions') }}
    {% if is_incremental() %}
    where batch = {{ var('log_batch') }}
    {% endif %}
),

customer_products as (
    select * from {{ ref('int_customer_products') }}
    {% if is_incremental() %}
    where product_id in (select product_id from interactions)
    {% endif %}
),

-- Optimisation: counting pairs is several times cheaper than a distinct count.
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
    {% if is_incremental() %}
    union all
    select
        product_id,
        interaction_count,
        {% for event in counted_events() %}
        {{ event }}_count,
        {% endfor %}
        first_interaction_at,
        last_interaction_at
    from {{ this }}
    where product_id in (select product_id from interactions)
    {% endif %}
),

added_up as (
    select
        product_id,
        cast(sum(interaction_count) as bigint) as interaction_count,
        {% for event in counted_events() %}
        cast(sum({{ event }}_count) as bigint) as {{ event }}_count,
        {% endfor %}
        min(first_interaction_at) as first_interaction_at,
        max(last_interaction_at) as last_interaction_at
    from event_counts
    group by product_id
),

joined as (
    select
        added_up.*,
        customer_counts.customer_count
    from added_up
    inner join customer_counts on added_up.product_id = customer_counts.product_id
)

select * from joined
