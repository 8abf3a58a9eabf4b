with outcomes as (
    select * from {{ ref('int_experiment_outcomes') }}
),

measured as (
    {% for metric in experiment_metrics() %}
    select
        experiment_id,
        arm,
        '{{ metric }}' as metric,
        {{ metric }} as value,
        covariate,
        cost
    from outcomes
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

{# To twelve decimals, and to twelve digits where a value is larger than 1. #}
-- Rounded, so that no order of summation shows.
aggregated as (
    select
        experiment_id,
        arm,
        metric,
        count(*) as unit_count,
        count(case when value <> 0 then 1 end) as active_count,
        count(covariate) as covariate_count,
        {% for column, value in {
            'mean': 'avg(value)',
            'variance': 'var_samp(value)',
            'covariate_mean': 'avg(covariate)',
            'covariate_variance': 'var_samp(covariate)',
            'covariance': 'covar_samp(value, covariate)',
        }.items() %}
        {% set scale = 'power(10.0, ceil(log10(greatest(abs(' ~ value ~ '), 1.0))))' %}
        round({{ value }} / {{ scale }}, 12) * {{ scale }} as {{ column }},
        {% endfor %}
        -- A sum is larger than a mean, and its last digits with it.
        round(sum(cost), 6) as cost
    from measured
    -- An outcome that was not brought is not measured.
    where value is not null
    group by experiment_id, arm, metric
)

select * from aggregated
