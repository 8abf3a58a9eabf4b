with log_rows as (
    select * from {{ ref('stg_log_rows') }}
),

-- The same event of the same customer with the same product at the same time is one
-- event that was written twice.
deduplicated as (
    select
        customer_id,
        product_id,
        event,
        event_at
    from log_rows
    where outcome = 'accepted'
    group by customer_id, product_id, event, event_at
)

select * from deduplicated
