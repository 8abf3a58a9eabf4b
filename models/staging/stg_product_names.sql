{{
    config(
        materialized=growing(),
        incremental_strategy='delete+insert',
        unique_key='product_id',
    )
}}

with log_rows as (
    select * from {{ ref('stg_log_rows') }}
),

named as (
    select
        product_id,
        event_at,
        product_name
    from log_rows
    where
        outcome = 'accepted'
        and product_name is not null
        and {{ until_as_of('event_at') }}
    {% if is_incremental() %}
    union all
    select
        product_id,
        named_at as event_at,
        product_name
    from {{ this }}
    where
        product_id in (
            select product_id
            from log_rows
            where outcome = 'accepted' and product_name is not null
        )
    {% endif %}
),

last_named as (
    select
        product_id,
        max(event_at) as named_at
    from named
    group by product_id
),

-- The latest name; of two names at one time the first in the alphabet.
names as (
    select
        last_named.product_id,
        last_named.named_at,
        min(named.product_name) as product_name
    from last_named
    inner join named
        on
            last_named.product_id = named.product_id
            and last_named.named_at = named.event_at
    group by last_named.product_id, last_named.named_at
)

select * from names
