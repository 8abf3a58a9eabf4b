with global_holdout as (
    select * from {{ ref('int_global_holdout') }}
),

final as (
    select
        cast(customer_id as {{ id_type() }}) as customer_id,
        cast(period_from as date) as period_from,
        cast(valid_until as date) as valid_until,
        cast(is_current as boolean) as is_current
    from global_holdout
)

select * from final
