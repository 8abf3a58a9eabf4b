{{
    config(
        materialized=growing(),
        incremental_strategy='delete+insert',
        unique_key=['customer_id', 'product_id'],
    )
}}

with interactions as (
    select * from {{ ref('int_interactions') }}
    {% if is_incremental() %}
    where batch = {{ var('log_batch') }}
    {% endif %}
),

paired as (
    select
        customer_id,
        product_id,
        cast(sum(event_weight) as decimal(18, 6)) as event_weight_sum,
        count(*) as interaction_count,
        count(case when event = 'purchased' then 1 end) as purchased_count,
        max(case when event = 'purchased' then event_at end) as last_purchased_at,
        min(event_at) as first_interaction_at,
        max(event_at) as last_interaction_at
    from interactions
    group by customer_id, product_id
)

{%- if is_incremental() %},

earlier as (
    select * from {{ this }}
),

-- The new part of each pair, and its part from earlier runs.
parts as (
    select * from paired
    union all
    select earlier.*
    from earlier
    inner join paired
        on
            earlier.customer_id = paired.customer_id
            and earlier.product_id = paired.product_id
),

added_up as (
    select
        customer_id,
        product_id,
        cast(sum(event_weight_sum) as decimal(18, 6)) as event_weight_sum,
        cast(sum(interaction_count) as bigint) as interaction_count,
        cast(sum(purchased_count) as bigint) as purchased_count,
        max(last_purchased_at) as last_purchased_at,
        min(first_interaction_at) as first_interaction_at,
        max(last_interaction_at) as last_interaction_at
    from parts
    group by customer_id, product_id
)

select * from added_up
{%- else %}

select * from paired
{%- endif %}
