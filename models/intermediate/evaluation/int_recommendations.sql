with lists as (
    select * from {{ ref('int_ranking_lists') }}
),

split as (
    select * from {{ ref('int_rolling_origins') }}
    where is_split
),

known_products as (
    select * from {{ ref('int_known_products') }}
),

final as (
    select
        lists.ranking as recommender,
        lists.product_id,
        lists.customer_id,
        lists.place as recommendation_rank
    from lists
    inner join split on lists.origin = split.origin
    inner join known_products on lists.product_id = known_products.product_id
    where lists.place <= {{ cutoffs() | max }}
)

select * from final
