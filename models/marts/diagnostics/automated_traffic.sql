with automated_customers as (
    select * from {{ ref('int_automated_customers') }}
),

totals as (
    select
        count(*) as customer_count,
        coalesce(sum(interaction_count), 0) as interaction_count,
        max(most_in_a_day) as most_in_a_day,
        max(most_in_a_minute) as most_in_a_minute
    from automated_customers
),

final as (
    select
        cast(customer_count as bigint) as customer_count,
        cast(interaction_count as bigint) as interaction_count,
        cast(most_in_a_day as bigint) as most_in_a_day,
        cast(most_in_a_minute as bigint) as most_in_a_minute,
        cast({{ var('automated') == 'exclude' }} as boolean) as is_excluded
    from totals
)

select * from final
