with offline_metrics as (
    select * from {{ ref('offline_metrics') }}
),

evaluation_window as (
    select * from {{ ref('int_evaluation_window') }}
),

bootstrap_means as (
    select * from {{ ref('int_bootstrap_means') }}
    where slice_by = 'nothing'
),

-- Of the same replicate: what both recommenders share cancels out.
replicate_differences as (
    {% for metric in list_metrics() %}
    select
        als.population,
        als.cutoff,
        '{{ metric }}' as metric,
        compared.recommender as compared_with,
        als.{{ metric }} - compared.{{ metric }} as difference
    from bootstrap_means as als
    inner join bootstrap_means as compared
        on
            als.population = compared.population
            and als.cutoff = compared.cutoff
            and als.replicate = compared.replicate
            and compared.recommender <> 'als'
    where als.recommender = 'als'
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

intervals as (
    select
        population,
        cutoff,
        metric,
        compared_with,
        percentile_cont(0.025) within group (order by difference) as difference_low,
        percentile_cont(0.975) within group (order by difference) as difference_high
    from replicate_differences
    group by population, cutoff, metric, compared_with
),

typed as (
    select
        cast(intervals.compared_with as {{ dbt.type_string() }}) as compared_with,
        cast(intervals.population as {{ dbt.type_string() }}) as population,
        cast(intervals.cutoff as bigint) as k,
        cast(intervals.metric as {{ dbt.type_string() }}) as metric,
        cast(als.value as double) as als_value,
        cast(compared.value as double) as compared_value,
        cast(als.value - compared.value as double) as difference,
        cast(round(intervals.difference_low, 12) as double) as difference_low,
        cast(round(intervals.difference_high, 12) as double) as difference_high
    from intervals
    inner join offline_metrics as als
        on
            intervals.population = als.population
            and intervals.cutoff = als.k
            and intervals.metric = als.metric
            and als.recommender = 'als'
            and als.slice_by = 'nothing'
    inner join offline_metrics as compared
        on
            intervals.population = compared.population
            and intervals.cutoff = compared.k
            and intervals.metric = compared.metric
            and intervals.compared_with = compared.recommender
            and compared.slice_by = 'nothing'
),

final as (
    select
        typed.*,
        evaluation_window.measured_until
    from typed
    cross join evaluation_window
)

select * from final
