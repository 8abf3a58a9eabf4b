with evaluated_products as (
    select * from {{ ref('int_evaluated_products') }}
),

evaluation_window as (
    select * from {{ ref('int_evaluation_window') }}
),

recommendations as (
    select * from {{ ref('int_recommendations') }}
),

intervals as (
    select * from {{ ref('int_metric_intervals') }}
    where compared_with is null
),

training_log as (
    select * from {{ ref('int_training_log') }}
),

list_sizes as (
    select cast(sizes.k as bigint) as k
    from (values ({{ list_sizes() | join('), (') }})) as sizes (k)
),

gains as (
    {{ discounted_gains() }}
),

recommended_products as (
    select distinct
        recommender,
        product_id
    from recommendations
),

-- The best possible lists: they name every relevant customer that a list may hold.
product_ceilings as (
    select
        evaluated_products.population,
        evaluated_products.slice_by,
        evaluated_products.slice,
        list_sizes.k,
        evaluated_products.relevant_count,
        least(list_sizes.k, evaluated_products.reachable_count) as hit_count,
        least(list_sizes.k, evaluated_products.relevant_count) as best_count
    from evaluated_products
    cross join list_sizes
),

ceilings as (
    select
        product_ceilings.population,
        product_ceilings.slice_by,
        product_ceilings.slice,
        product_ceilings.k,
        count(*) as product_count,
        avg(
            cast(
                cast(product_ceilings.hit_count as double) / product_ceilings.k
                as decimal(18, 15)
            )
        ) as precision,
        avg(
            cast(
                cast(product_ceilings.hit_count as double)
                / product_ceilings.relevant_count
                as decimal(18, 15)
            )
        ) as recall,
        avg(cast(case when product_ceilings.hit_count > 0 then 1 else 0 end as int))
            as hit_rate,
        avg(
            cast(
                cast(product_ceilings.hit_count as double) / product_ceilings.best_count
                as decimal(18, 15)
            )
        ) as map,
        avg(
            cast(
                coalesce(reached.ideal_gain, 0) / best.ideal_gain as decimal(18, 15)
            )
        ) as ndcg
    from product_ceilings
    inner join gains as best on product_ceilings.best_count = best.list_length
    left join gains as reached on product_ceilings.hit_count = reached.list_length
    group by
        product_ceilings.population,
        product_ceilings.slice_by,
        product_ceilings.slice,
        product_ceilings.k
),

by_metric as (
    {% for metric in list_metrics() %}
    select
        intervals.recommender,
        ceilings.population,
        ceilings.slice_by,
        ceilings.slice,
        ceilings.k,
        intervals.metric,
        intervals.value,
        intervals.value_low,
        intervals.value_high,
        cast(ceilings.{{ metric }} as double) as ceiling,
        ceilings.product_count
    from ceilings
    inner join intervals
        on
            ceilings.population = intervals.population
            and ceilings.slice_by = intervals.slice_by
            and ceilings.slice = intervals.slice
            and ceilings.k = intervals.k
            and intervals.metric = '{{ metric }}'
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

covered as (
    select
        evaluated_products.population,
        recommended_products.recommender,
        count(*) as covered_count
    from evaluated_products
    inner join recommended_products
        on evaluated_products.product_id = recommended_products.product_id
    where evaluated_products.slice_by = 'nothing'
    group by evaluated_products.population, recommended_products.recommender
),

-- Products without a customer to find are in no evaluation: no list can cover them.
coverable as (
    select
        population,
        count(*) as product_count
    from evaluated_products
    where slice_by = 'nothing'
    group by population
),

coverage as (
    select
        covered.recommender,
        covered.population,
        'nothing' as slice_by,
        'everything' as slice,
        list_sizes.k,
        'coverage' as metric,
        {{ share('covered.covered_count', 'training_log.late_product_count') }}
            as value,
        cast(null as double) as value_low,
        cast(null as double) as value_high,
        {{ share('coverable.product_count', 'training_log.late_product_count') }}
            as ceiling,
        training_log.late_product_count as product_count
    from covered
    inner join coverable on covered.population = coverable.population
    cross join training_log
    cross join list_sizes
),

combined as (
    select * from by_metric
    union all
    select * from coverage
),

typed as (
    select
        cast(recommender as {{ dbt.type_string() }}) as recommender,
        cast(population as {{ dbt.type_string() }}) as population,
        cast(slice_by as {{ dbt.type_string() }}) as slice_by,
        cast(slice as {{ dbt.type_string() }}) as slice,
        cast(k as bigint) as k,
        cast(metric as {{ dbt.type_string() }}) as metric,
        cast(round(value, 12) as double) as value,
        cast(round(value_low, 12) as double) as value_low,
        cast(round(value_high, 12) as double) as value_high,
        cast(round(ceiling, 12) as double) as ceiling,
        cast(product_count as bigint) as evaluated_product_count
    from combined
),

final as (
    select
        typed.*,
        evaluation_window.measured_until
    from typed
    cross join evaluation_window
)

select * from final
