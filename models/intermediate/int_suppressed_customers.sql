with suppressions as (
    select * from {{ ref('stg_suppressions') }}
    where outcome = 'accepted'
),

distinct_customers as (
    select customer_id
    from suppressions
    group by customer_id
)

select * from distinct_customers
