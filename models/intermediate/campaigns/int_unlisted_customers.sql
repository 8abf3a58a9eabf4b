with suppressed_customers as (
    select * from {{ ref('int_suppressed_customers') }}
),

global_holdout as (
    select * from {{ ref('int_global_holdout') }}
    where is_current
),

-- No customer is in both.
combined as (
    select customer_id from suppressed_customers
    union all
    select customer_id from global_holdout
)

select * from combined
