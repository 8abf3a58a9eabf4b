{#
    What an experiment with a campaign finds without an effect: the behaviour, in a window
    after the split, of customers whom the campaign could have asked at the split.
#}
{% set windows = [7, 14, 28] %}
{% set metrics = {
    'conversion': 'case when purchase_count > 0 then 1 else 0 end',
    'engagement': 'interaction_count',
    'purchases': 'purchase_count',
} %}

with populations as (
    select * from {{ ref('int_campaign_populations') }}
),

interactions as (
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
    select
        windows.attribution_days,
        split.split_at,
        evaluation_window.measured_until
    from windows
    cross join split
    cross join evaluation_window
    where
        {{ days_later('windows.attribution_days', 'split.split_at') }}
        <= evaluation_window.measured_until
),

customer_counts as (
    select
        campaign_id,
        count(*) as customer_count
    from populations
    group by campaign_id
),

afterwards as (
    select
        measurable.attribution_days,
        interactions.customer_id,
        count(*) as interaction_count,
        count(case when interactions.event = 'purchased' then 1 end) as purchase_count
    from interactions
    inner join measurable
        on
            interactions.event_at >= measurable.split_at
            and {{ days_later('measurable.attribution_days', 'measurable.split_at') }}
            > interactions.event_at
    group by measurable.attribution_days, interactions.customer_id
),

-- Of the few who did anything; all others add nothing.
active as (
    select
        populations.campaign_id,
        afterwards.attribution_days,
        afterwards.interaction_count,
        afterwards.purchase_count
    from afterwards
    inner join populations on afterwards.customer_id = populations.customer_id
),

summed as (
    {% for metric, value in metrics.items() %}
    select
        campaign_id,
        attribution_days,
        '{{ metric }}' as metric,
        cast(sum({{ value }}) as double) as value_sum,
        cast(sum(({{ value }}) * ({{ value }})) as double) as value_squares
    from active
    group by campaign_id, attribution_days
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

metrics as (
    {% for metric in metrics %}
    select '{{ metric }}' as metric
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

measured as (
    select
        customer_counts.campaign_id,
        measurable.attribution_days,
        metrics.metric,
        customer_counts.customer_count,
        measurable.measured_until,
        coalesce(summed.value_sum, 0) / customer_counts.customer_count as mean,
        (
            coalesce(summed.value_squares, 0)
            - coalesce(summed.value_sum, 0) * coalesce(summed.value_sum, 0)
            / customer_counts.customer_count
        ) / nullif(customer_counts.customer_count - 1, 0) as variance
    from customer_counts
    cross join measurable
    cross join metrics
    left join summed
        on
            customer_counts.campaign_id = summed.campaign_id
            and measurable.attribution_days = summed.attribution_days
            and metrics.metric = summed.metric
),

-- Rounded, so that no order of summation shows.
final as (
    select
        cast(campaign_id as {{ dbt.type_string() }}) as campaign_id,
        cast(attribution_days as bigint) as attribution_days,
        cast(metric as {{ dbt.type_string() }}) as metric,
        cast(customer_count as bigint) as customer_count,
        cast(round(mean, 12) as double) as mean,
        cast(round(variance, 12) as double) as variance,
        cast(measured_until as timestamp) as measured_until
    from measured
)

select * from final
