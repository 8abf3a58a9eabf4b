with suppressions as (
    select * from {{ ref('stg_suppressions') }}
    where outcome = 'accepted'
),

feedback as (
    select * from {{ ref('int_feedback') }}
    where effect = 'opt_out'
),

distinct_customers as (
    select customer_id
    from suppressions
    union
    select customer_id
    from feedback
)

select * from distinct_customers
