{#
    What an experiment finds without an effect: the behaviour, in a window after the split,
    of customers known before it.
#}
{% set windows = [7, 14, 28] %}
{% set metrics = {
    'conversion': 'case when purchase_count > 0 then 1 else 0 end',
    'engagement': 'interaction_count',
    'purchases': 'purchase_count',
} %}

with interactions as (
    select * from {{ ref('int_interactions') }}
),

split as (
    select split_at from {{ ref('int_rolling_origins') }}
    where is_split
),

evaluation_window as (
    select * from {{ ref('int_evaluation_window') }}
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
    cross join evaluation_window
    where
        {{ days_later('windows.attribution_days', 'split.split_at') }}
        <= evaluation_window.measured_until
),

-- Decimals, because their sums are the same in whichever order.
known as (
    select
        interactions.customer_id,
        cast(ln(1 + count(*)) as decimal(18, 12)) as covariate
    from interactions
    inner join split on interactions.event_at < split.split_at
    group by interactions.customer_id
),

population as (
    select
        cast(sum(covariate) as double) as covariate_sum,
        cast(sum(cast(covariate * covariate as decimal(30, 18))) as double)
            as covariate_squares,
        count(*) as customer_count
    from known
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

-- Of the few who did anything; all others add nothing.
active as (
    select
        afterwards.*,
        known.covariate
    from afterwards
    inner join known on afterwards.customer_id = known.customer_id
),

valued as (
    {% for metric, value in metrics.items() %}
    select
        attribution_days,
        covariate,
        '{{ metric }}' as metric,
        {{ value }} as value
    from active
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

summed as (
    select
        attribution_days,
        metric,
        cast(sum(value) as double) as value_sum,
        cast(sum(value * value) as double) as value_squares,
        cast(sum(value * covariate) as double) as products
    from valued
    group by attribution_days, metric
),

metrics as (
    {% for metric in metrics %}
    select '{{ metric }}' as metric
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

deviations as (
    select
        measurable.attribution_days,
        metrics.metric,
        population.customer_count,
        coalesce(summed.value_sum, 0) as value_sum,
        coalesce(summed.value_squares, 0)
        - coalesce(summed.value_sum, 0) * coalesce(summed.value_sum, 0)
        / population.customer_count as value_deviation,
        population.covariate_squares
        - population.covariate_sum * population.covariate_sum
        / population.customer_count as covariate_deviation,
        coalesce(summed.products, 0)
        - coalesce(summed.value_sum, 0) * population.covariate_sum
        / population.customer_count as common_deviation
    from measurable
    cross join metrics
    cross join population
    left join summed
        on
            measurable.attribution_days = summed.attribution_days
            and metrics.metric = summed.metric
    where population.customer_count > 0
),

measured as (
    select
        attribution_days,
        metric,
        customer_count,
        value_sum / customer_count as mean,
        value_deviation / nullif(customer_count - 1, 0) as variance,
        common_deviation
        / nullif(sqrt(greatest(value_deviation * covariate_deviation, 0)), 0)
            as covariate_correlation
    from deviations
),

-- Rounded, so that no order of summation shows.
typed as (
    select
        cast(attribution_days as bigint) as attribution_days,
        cast(metric as {{ dbt.type_string() }}) as metric,
        cast(customer_count as bigint) as customer_count,
        cast(round(mean, 12) as double) as mean,
        cast(round(variance, 12) as double) as variance,
        -- Of what does not vary there is none.
        cast(
            case
                when variance > 0 then round(covariate_correlation, 12)
            end as double
        ) as covariate_correlation
    from measured
),

final as (
    select
        typed.*,
        evaluation_window.measured_until
    from typed
    cross join evaluation_window
)

select * from final
