{#
    Lists of the split, down to the last place that is measured. By chance: customers in a
    random order, as a circle, in which each product starts somewhere else.
#}
{% set depth = list_sizes() | max %}
{% set measured = [
    'engagement', 'activity', 'recent_activity', 'popular', 'hybrid', 'als',
] %}

with split as (
    select * from {{ ref('int_rolling_origins') }}
    where is_split
),

known_products as (
    select
        ranked_products.origin,
        ranked_products.product_id,
        ranked_products.excluded_count
    from {{ ref('int_ranked_products') }} as ranked_products
    inner join split on ranked_products.origin = split.origin
    where
        ranked_products.is_touched
        and not ranked_products.is_new
),

excluded as (
    select
        pairs.product_id,
        pairs.customer_id
    from {{ ref('int_cutoff_pairs') }} as pairs
    inner join split on pairs.origin = split.origin
    where pairs.is_excluded
),

shuffled as (
    select
        customers.customer_id,
        row_number() over (
            order by
                {{ hash_number("'order ' || customers.customer_id") }},
                customers.customer_id
        ) - 1 as circle_place
    from {{ ref('int_cutoff_customers') }} as customers
    inner join split on customers.origin = split.origin
),

customer_count as (
    select count(*) as customer_count
    from shuffled
),

starts as (
    select
        known_products.product_id,
        customer_count.customer_count,
        {{ hash_number("'product ' || known_products.product_id") }} as start_place,
        {{ each_number(
            1,
            'cast(least(' ~ depth ~ ' + known_products.excluded_count,'
            ~ ' customer_count.customer_count) as bigint)',
        ) }} as place
    from known_products
    cross join customer_count
),

circles as (
    select
        product_id,
        place,
        (start_place + place) % customer_count as circle_place
    from starts
),

random_lists as (
    select
        circles.product_id,
        shuffled.customer_id,
        row_number() over (
            partition by circles.product_id
            order by circles.place
        ) as place
    from circles
    inner join shuffled on circles.circle_place = shuffled.circle_place
    left join excluded
        on
            circles.product_id = excluded.product_id
            and shuffled.customer_id = excluded.customer_id
    where excluded.customer_id is null
),

lists as (
    {{ expanded_lists(
        ref('int_ranking_lists'), 'known_products',
        text_values(measured),
    ) }}
),

combined as (
    select
        ranking as recommender,
        product_id,
        customer_id,
        place
    from lists
    union all
    select
        'random' as recommender,
        product_id,
        customer_id,
        place
    from random_lists
),

final as (
    select
        cast(recommender as {{ dbt.type_string() }}) as recommender,
        product_id,
        customer_id,
        cast(place as bigint) as recommendation_rank
    from combined
    where place <= {{ depth }}
)

select * from final
