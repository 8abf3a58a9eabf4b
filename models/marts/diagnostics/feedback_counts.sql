with feedback_events as (
    select * from {{ ref('stg_feedback_events') }}
),

feedback as (
    select * from {{ ref('int_feedback') }}
),

counts as (
    select
        event,
        effect,
        sum(row_count) as row_count,
        count(distinct customer_id) as customer_count,
        count(*) as pair_count
    from feedback
    group by event, effect
),

final as (
    select
        cast(feedback_events.event as {{ dbt.type_string() }}) as event,
        cast(feedback_events.effect as {{ dbt.type_string() }}) as effect,
        cast(coalesce(counts.row_count, 0) as bigint) as row_count,
        cast(coalesce(counts.customer_count, 0) as bigint) as customer_count,
        cast(coalesce(counts.pair_count, 0) as bigint) as pair_count
    from feedback_events
    left join counts
        on
            feedback_events.event = counts.event
            and feedback_events.effect = counts.effect
)

select * from final
