with offline_metrics as (
    select * from {{ ref('offline_metrics') }}
),

evaluation_window as (
    select * from {{ ref('int_evaluation_window') }}
),

intervals as (
    select * from {{ ref('int_metric_intervals') }}
    where compared_with is not null
),

typed as (
    select
        cast(intervals.compared_with as {{ dbt.type_string() }}) as compared_with,
        cast(intervals.population as {{ dbt.type_string() }}) as population,
        cast(intervals.k as bigint) as k,
        cast(intervals.metric as {{ dbt.type_string() }}) as metric,
        cast(als.value as double) as als_value,
        cast(compared.value as double) as compared_value,
        cast(intervals.value as double) as difference,
        cast(intervals.value_low as double) as difference_low,
        cast(intervals.value_high as double) as difference_high,
        cast(intervals.corrected_low as double) as corrected_low,
        cast(intervals.corrected_high as double) as corrected_high
    from intervals
    inner join offline_metrics as als
        on
            intervals.population = als.population
            and intervals.k = als.k
            and intervals.metric = als.metric
            and als.recommender = 'als'
            and als.slice_by = 'nothing'
    inner join offline_metrics as compared
        on
            intervals.population = compared.population
            and intervals.k = compared.k
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
