{#
    The lists of the rankings that serve, at the past cutoffs, with what came of each place: the
    cutoffs before the split teach the probabilities, the split checks them.
#}
{{ config(tags=['evidence']) }}

with lists as (
    select * from {{ ref('int_ranking_lists') }}
),

products as (
    select * from {{ ref('int_ranked_products') }}
),

served as (
    select * from {{ ref('int_served_rankings') }}
),

late_pairs as (
    select * from {{ ref('int_late_pairs') }}
),

origins as (
    select * from {{ ref('int_rolling_origins') }}
),

final as (
    select
        served.audience,
        lists.origin,
        origins.is_split,
        lists.product_id,
        lists.customer_id,
        {{ probability_features('lists', 'products') }},
        late_pairs.customer_id is not null as is_touched,
        coalesce(late_pairs.is_purchased, false) as is_purchased
    from lists
    inner join origins on lists.origin = origins.origin
    inner join products
        on
            lists.origin = products.origin
            and lists.product_id = products.product_id
    inner join served
        on
            lists.ranking = served.ranking
            and served.audience
            = case when products.is_new then 'new products' else 'known products' end
    left join late_pairs
        on
            lists.origin = late_pairs.origin
            and lists.product_id = late_pairs.product_id
            and lists.customer_id = late_pairs.customer_id
)

select * from final
