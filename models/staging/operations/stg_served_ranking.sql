{# A table: the release that it reads may be gone tomorrow. #}
{{ config(materialized='table') }}

{% set release_id = env_var('AUDIENCE_SERVED_RELEASE', '') %}

-- Ids as text: the served release may have been built with another id_type.
with customers as (
    {{ kept_rows('releases/' ~ (release_id or 'none') ~ '/parquet/customers', {
        'customer_id': dbt.type_string(),
        'engagement_rank': 'bigint',
        'customer_rank': 'bigint',
    }, optional=['customer_rank']) }}
),

top as (
    select
        {{ text_literal(release_id) }} as release_id,
        customer_id,
        -- Before rankings could be chosen, it was that of engagement.
        coalesce(customer_rank, engagement_rank) as customer_rank
    from customers
    where coalesce(customer_rank, engagement_rank) <= 100
)

select * from top
