with interactions as (
    select * from {{ ref('int_interactions') }}
),

quantile as (
    select
        percentile_disc({{ var('split_quantile') }}) within group (order by event_at)
            as split_at
    from interactions
)

select * from quantile
