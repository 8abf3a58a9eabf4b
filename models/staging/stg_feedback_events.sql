with feedback_events as (
    select * from {{ ref('feedback_events') }}
),

final as (
    select distinct
        lower(trim(event)) as event,
        lower(trim(effect)) as effect
    from feedback_events
    where trim(event) <> ''
)

select * from final
