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

aggregated as (
    select
        experiment_id,
        arm,
        metric,
        count(*) as unit_count,
        avg(value) as mean,
        var_samp(value) as variance,
        avg(covariate) as covariate_mean,
        var_samp(covariate) as covariate_variance,
        covar_samp(value, covariate) as covariance,
        sum(cost) as cost
    from measured
    -- An outcome that was not brought is not measured.
    where value is not null
    group by experiment_id, arm, metric
)

select * from aggregated
