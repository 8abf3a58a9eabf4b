{% set list_columns = ['recommender', 'population', 'slice_by', 'slice', 'k'] %}

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

-- Without a hit, each later hit of the list is one hit less deep into it.
placed as (
    select
        hits.*,
        list_sizes.k,
        count(*) over (
            partition by
                hits.recommender,
                hits.population,
                hits.slice_by,
                hits.slice,
                hits.product_id,
                list_sizes.k
        ) as hit_count,
        sum(cast(1 as double) / hits.recommendation_rank) over (
            partition by
                hits.recommender,
                hits.population,
                hits.slice_by,
                hits.slice,
                hits.product_id,
                list_sizes.k
            order by hits.recommendation_rank desc
            rows between unbounded preceding and current row
        ) as precision_of_later
    from hits
    inner join list_sizes on hits.recommendation_rank <= list_sizes.k
),

lost as (
    select
        placed.recommender,
        placed.population,
        placed.slice_by,
        placed.slice,
        placed.k,
        placed.customer_id,
        cast(1 as double) / placed.k as precision_value,
        cast(1 as double) / evaluated_products.relevant_count as recall_value,
        case when placed.hit_count = 1 then 1 else 0 end as hit_rate_value,
        (
            cast(placed.hit_number - 1 as double) / placed.recommendation_rank
            + placed.precision_of_later
        ) / least(placed.k, evaluated_products.relevant_count) as map_value,
        gains.gain / ideal_gains.ideal_gain as ndcg_value
    from placed
    inner join evaluated_products
        on
            placed.population = evaluated_products.population
            and placed.slice_by = evaluated_products.slice_by
            and placed.slice = evaluated_products.slice
            and placed.product_id = evaluated_products.product_id
    inner join gains on placed.recommendation_rank = gains.list_length
    inner join gains as ideal_gains
        on
            least(placed.k, evaluated_products.relevant_count)
            = ideal_gains.list_length
),

-- Decimals: sums of doubles depend on the order, and with it on the threads.
summed as (
    select
        {{ list_columns | join(',\n        ') }},
        customer_id,
        count(*) as hit_count,
    {% for metric in list_metrics() %}
    sum(cast({{ metric }}_value as decimal(18, 15))) as {{ metric }}
    {{- ',' if not loop.last }}
    {% endfor %}
    from lost
    group by
        {{ list_columns | join(',\n        ') }},
        customer_id
)

select * from summed
