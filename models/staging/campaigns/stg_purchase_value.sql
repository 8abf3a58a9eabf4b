{#
    What a purchase brings on average, less what was returned: null where the log has no
    amounts, or returns are worth more than purchases.
#}
with interactions as (
    select * from {{ ref('stg_interactions') }}
    where {{ until_as_of('event_at') }}
),

summed as (
    select
        round(
            cast(sum(revenue) as double) / nullif(
                count(case when event = 'purchased' and revenue >= 0 then 1 end), 0
            ),
            4
        ) as mean_revenue
    from interactions
),

final as (
    select case when mean_revenue > 0 then mean_revenue end as mean_revenue
    from summed
)

select * from final
