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

-- Rounded, so that no order of summation shows.
aggregated as (
    select
        experiment_id,
        arm,
        metric,
        count(*) as unit_count,
        count(case when value <> 0 then 1 end) as active_count,
        count(covariate) as covariate_count,
        {{ rounded('avg(value)') }} as mean,
        {{ rounded('var_samp(value)') }} as variance,
        {{ rounded('avg(covariate)') }} as covariate_mean,
        {{ rounded('var_samp(covariate)') }} as covariate_variance,
        {{ rounded('covar_samp(value, covariate)') }} as covariance,
        -- A sum is larger than a mean, and its last digits with it.
        round(sum(cost), 6) as cost
    from measured
    -- An outcome that was not brought is not measured.
    where value is not null
    group by experiment_id, arm, metric
)

select * from aggregated
