with log_window as (
    select * from {{ ref('int_log_window') }}
),

final as (
    select cast(as_of_at as timestamp) as measured_until
    from log_window
)

select * from final
