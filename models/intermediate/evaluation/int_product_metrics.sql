with hits as (
    select * from {{ ref('int_hits') }}
),

evaluated_products as (
    select * from {{ ref('int_evaluated_products') }}
),

list_sizes as (
    select cast(sizes.k as bigint) as k
    from (values ({{ list_sizes() | join('), (') }})) as sizes (k)
),

gains as (
    {{ discounted_gains() }}
),

summed as (
    select
        hits.recommender,
        hits.population,
        hits.slice_by,
        hits.slice,
        hits.product_id,
        list_sizes.k,
        count(*) as hit_count,
        sum(
            cast(hits.hit_number as double) / hits.recommendation_rank
        ) as precision_sum,
        sum(gains.gain) as gain_sum
    from hits
    inner join list_sizes on hits.recommendation_rank <= list_sizes.k
    inner join gains on hits.recommendation_rank = gains.list_length
    group by
        hits.recommender,
        hits.population,
        hits.slice_by,
        hits.slice,
        hits.product_id,
        list_sizes.k
),

measured as (
    select
        summed.recommender,
        summed.population,
        summed.slice_by,
        summed.slice,
        summed.product_id,
        summed.k,
        1 as hit_rate_value,
        cast(summed.hit_count as double) / summed.k as precision_value,
        cast(summed.hit_count as double) / evaluated_products.relevant_count
            as recall_value,
        summed.precision_sum
        / least(summed.k, evaluated_products.relevant_count) as map_value,
        summed.gain_sum / ideal_gains.ideal_gain as ndcg_value
    from summed
    inner join evaluated_products
        on
            summed.population = evaluated_products.population
            and summed.slice_by = evaluated_products.slice_by
            and summed.slice = evaluated_products.slice
            and summed.product_id = evaluated_products.product_id
    inner join gains as ideal_gains
        on
            least(summed.k, evaluated_products.relevant_count)
            = ideal_gains.list_length
),

final as (
    select
        recommender,
        population,
        slice_by,
        slice,
        product_id,
        k,
        -- Decimals: sums of doubles depend on the order, and with it on the threads.
    {% for metric in list_metrics() %}
    cast({{ metric }}_value as decimal(18, 15)) as {{ metric }}
    {{- ',' if not loop.last }}
    {% endfor %}
    from measured
)

select * from final
