with offline_metrics as (
    select * from {{ ref('offline_metrics') }}
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
        others.recommender as compared_with,
        als.{{ metric }} - others.{{ metric }} as difference
    from bootstrap_means as als
    inner join bootstrap_means as others
        on
            als.population = others.population
            and als.cutoff = others.cutoff
            and als.replicate = others.replicate
            and others.recommender <> 'als'
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

final as (
    select
        cast(intervals.compared_with as {{ dbt.type_string() }}) as compared_with,
        cast(intervals.population as {{ dbt.type_string() }}) as population,
        cast(intervals.cutoff as bigint) as k,
        cast(intervals.metric as {{ dbt.type_string() }}) as metric,
        cast(als.value as double) as als_value,
        cast(others.value as double) as compared_value,
        cast(als.value - others.value as double) as difference,
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
    inner join offline_metrics as others
        on
            intervals.population = others.population
            and intervals.cutoff = others.k
            and intervals.metric = others.metric
            and intervals.compared_with = others.recommender
            and others.slice_by = 'nothing'
)

select * from final
