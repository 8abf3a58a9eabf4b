{#
    What an experiment finds without an effect: the behaviour, in a window after the split, of
    the customers known then, and of those eligible for each campaign. All customers have no
    campaign_id.
#}
{% set windows = [7, 14, 28] %}
{% set metrics = {
    'conversion': 'case when purchase_count > 0 then 1 else 0 end',
    'engagement': 'interaction_count',
    'purchases': 'purchase_count',
} %}
{% set has_amounts = input_settings('log').amounts != [] %}
{% if has_amounts %}{% do metrics.update({'revenue': 'revenue'}) %}{% endif %}

with split as (
    select
        origin,
        split_at
    from {{ ref('int_rolling_origins') }}
    where is_split
),

evaluation_window as (
    select * from {{ ref('int_evaluation_window') }}
),

log_window as (
    select * from {{ ref('int_log_window') }}
),

interactions as (
    select * from {{ ref('int_interactions') }}
    {% if not has_amounts %}
    where not is_feedback
    {% endif %}
),

windows as (
    {% for days in windows %}
    select {{ days }} as attribution_days
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

-- The reference time may lie after the log's end.
measurable as (
    select
        windows.attribution_days,
        split.split_at
    from windows
    cross join split
    cross join evaluation_window
    cross join log_window
    where
        cast(split.split_at as timestamp) + interval '1' day * windows.attribution_days
        <= least(evaluation_window.measured_until, log_window.last_interaction_at)
),

metrics as (
    {% for metric in metrics %}
    select '{{ metric }}' as metric
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

-- Decimals, because their sums are the same in whichever order.
known as (
    select
        origin_customers.customer_id,
        cast(ln(1 + origin_customers.total_interactions) as decimal(18, 12))
            as covariate
    from {{ ref('int_origin_customers') }} as origin_customers
    inner join split on origin_customers.origin = split.origin
),

-- Optimisation: there are few covariates, and products of decimals are slow.
covariates as (
    select
        covariate,
        cast(count(*) as decimal(12, 0)) as customer_count,
        cast(covariate * covariate as decimal(22, 18)) as covariate_square
    from known
    group by covariate
),

populations as (
    select
        '' as campaign_id,
        cast(coalesce(sum(customer_count), 0) as bigint) as customer_count,
        -- Wider than 18 digits: DuckDB multiplies shorter decimals as 64-bit integers.
        cast(sum(customer_count * cast(covariate as decimal(19, 12))) as double)
            as covariate_sum,
        cast(sum(customer_count * covariate_square) as double) as covariate_squares
    from covariates
    union all
    select
        populations.campaign_id,
        count(*) as customer_count,
        cast(null as double) as covariate_sum,
        cast(null as double) as covariate_squares
    from {{ ref('int_campaign_populations') }} as populations
    inner join split on populations.origin = split.origin
    group by populations.campaign_id
),

afterwards as (
    select
        measurable.attribution_days,
        interactions.customer_id,
        {% if has_amounts %}
        -- What was returned may be feedback.
        cast(coalesce(sum(interactions.revenue), 0) as decimal(18, 4)) as revenue,
        count(case when not interactions.is_feedback then 1 end) as interaction_count,
        {% else %}
        count(*) as interaction_count,
        {% endif %}
        count(case when interactions.event = 'purchased' then 1 end) as purchase_count
    from interactions
    inner join measurable
        on
            interactions.event_at >= measurable.split_at
            and cast(measurable.split_at as timestamp)
            + interval '1' day * measurable.attribution_days
            > interactions.event_at
    group by measurable.attribution_days, interactions.customer_id
),

-- Of the few who did anything; all others add nothing.
active as (
    select
        '' as campaign_id,
        afterwards.attribution_days,
        {% if has_amounts %}
        afterwards.revenue,
        {% endif %}
        afterwards.interaction_count,
        afterwards.purchase_count,
        known.covariate
    from afterwards
    inner join known on afterwards.customer_id = known.customer_id
    union all
    select
        populations.campaign_id,
        afterwards.attribution_days,
        {% if has_amounts %}
        afterwards.revenue,
        {% endif %}
        afterwards.interaction_count,
        afterwards.purchase_count,
        null as covariate
    from afterwards
    inner join {{ ref('int_campaign_populations') }} as populations
        on afterwards.customer_id = populations.customer_id
    inner join split on populations.origin = split.origin
),

valued as (
    {% for metric, value in metrics.items() %}
    select
        campaign_id,
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
        campaign_id,
        attribution_days,
        metric,
        cast(sum(value) as double) as value_sum,
        cast(sum(value * value) as double) as value_squares,
        cast(sum(value * covariate) as double) as products
    from valued
    group by campaign_id, attribution_days, metric
),

deviations as (
    select
        populations.campaign_id,
        measurable.attribution_days,
        metrics.metric,
        populations.customer_count,
        coalesce(summed.value_sum, 0) as value_sum,
        coalesce(summed.value_squares, 0)
        - coalesce(summed.value_sum, 0) * coalesce(summed.value_sum, 0)
        / populations.customer_count as value_deviation,
        populations.covariate_squares
        - populations.covariate_sum * populations.covariate_sum
        / populations.customer_count as covariate_deviation,
        coalesce(summed.products, 0)
        - coalesce(summed.value_sum, 0) * populations.covariate_sum
        / populations.customer_count as common_deviation
    from measurable
    cross join metrics
    cross join populations
    left join summed
        on
            populations.campaign_id = summed.campaign_id
            and measurable.attribution_days = summed.attribution_days
            and metrics.metric = summed.metric
    where populations.customer_count > 0
),

measured as (
    select
        campaign_id,
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
final as (
    select
        measured.attribution_days,
        measured.metric,
        measured.customer_count,
        evaluation_window.measured_until,
        nullif(measured.campaign_id, '') as campaign_id,
        round(measured.mean, 12) as mean,
        round(measured.variance, 12) as variance,
        -- Of what does not vary there is none.
        case
            when measured.variance > 0 then round(measured.covariate_correlation, 12)
        end as covariate_correlation
    from measured
    cross join evaluation_window
)

select * from final
