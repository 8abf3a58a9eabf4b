{{
    config(
        materialized=growing(),
        incremental_strategy='delete+insert',
        unique_key='customer_id',
    )
}}

-- depends_on: {{ ref('int_interactions') }}
with customer_products as (
    select * from {{ ref('int_customer_products') }}
    {% if is_incremental() %}
    where
        customer_id in (
            select customer_id
            from {{ ref('int_interactions') }}
            where batch = {{ var('log_batch') }}
        )
    {% endif %}
),

totals as (
    select
        customer_id,
        cast(sum(interaction_count) as bigint) as total_interactions,
        cast(sum(event_weight_sum) as decimal(38, 6)) as event_weight_sum,
        count(*) as unique_products,
        min(first_interaction_at) as first_interaction_at,
        max(last_interaction_at) as last_interaction_at
    from customer_products
    group by customer_id
)

select * from totals
