{#
    What an experiment would find if it had no effect: what customers who were known at the
    split did in a window after it.
#}
{% set windows = [7, 14, 28] %}
{% set metrics = {
    'conversion': 'case when purchase_count > 0 then 1.0 else 0.0 end',
    'engagement': 'cast(interaction_count as double)',
    'purchases': 'cast(purchase_count as double)',
} %}

with interactions as (
    select * from {{ ref('int_interactions') }}
),

split as (
    select * from {{ ref('int_temporal_split') }}
),

log_window as (
    select * from {{ ref('int_log_window') }}
),

windows as (
    {% for days in windows %}
    select {{ days }} as attribution_days
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

measurable as (
    select windows.attribution_days
    from windows
    cross join split
    cross join log_window
    where
        {{ days_later('windows.attribution_days', 'split.split_at') }}
        <= log_window.as_of_at
),

known as (
    select
        interactions.customer_id,
        ln(1 + count(*)) as covariate
    from interactions
    inner join split on interactions.event_at < split.split_at
    group by interactions.customer_id
),

afterwards as (
    select
        measurable.attribution_days,
        interactions.customer_id,
        count(*) as interaction_count,
        count(case when interactions.event = 'purchased' then 1 end) as purchase_count
    from interactions
    inner join split on interactions.event_at >= split.split_at
    inner join measurable
        on
            {{ days_later('measurable.attribution_days', 'split.split_at') }}
            > interactions.event_at
    group by measurable.attribution_days, interactions.customer_id
),

outcomes as (
    select
        measurable.attribution_days,
        known.covariate,
        coalesce(afterwards.interaction_count, 0) as interaction_count,
        coalesce(afterwards.purchase_count, 0) as purchase_count
    from known
    cross join measurable
    left join afterwards
        on
            measurable.attribution_days = afterwards.attribution_days
            and known.customer_id = afterwards.customer_id
),

valued as (
    {% for metric, value in metrics.items() %}
    select
        attribution_days,
        covariate,
        '{{ metric }}' as metric,
        {{ value }} as value
    from outcomes
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

measured as (
    select
        attribution_days,
        metric,
        count(*) as customer_count,
        avg(value) as mean,
        var_samp(value) as variance,
        corr(value, covariate) as covariate_correlation
    from valued
    group by attribution_days, metric
),

-- Rounded, so that no order of summation shows.
final as (
    select
        cast(attribution_days as bigint) as attribution_days,
        cast(metric as {{ dbt.type_string() }}) as metric,
        cast(customer_count as bigint) as customer_count,
        cast(round(mean, 12) as double) as mean,
        cast(round(variance, 12) as double) as variance,
        -- Of what does not vary there is none.
        cast(
            case
                when variance > 0 and not isnan(covariate_correlation)
                    then round(covariate_correlation, 12)
            end as double
        ) as covariate_correlation
    from measured
)

select * from final
