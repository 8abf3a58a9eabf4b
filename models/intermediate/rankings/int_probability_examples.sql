{#
    The places of the rankings that serve, at the past cutoffs, with what came of them: the
    cutoffs before the split teach the probabilities, the split checks them. Places that agree
    in everything that the probability depends on are one row. Products that the window does
    not touch count too.
#}
{{ config(tags=['evidence']) }}

with products as (
    select * from {{ ref('int_ranked_products') }}
    where not is_now
),

served as (
    select * from {{ ref('int_served_rankings') }}
),

lists as (
    {{ expanded_lists(
        ref('int_ranking_lists'), 'products', 'select served.ranking from served'
    ) }}
),

late_pairs as (
    select * from {{ ref('int_late_pairs') }}
),

origins as (
    select * from {{ ref('int_rolling_origins') }}
),

places as (
    select
        served.audience,
        origins.is_split,
        products.stands_for,
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
    where lists.place <= {{ var('top_n') }}
),

final as (
    select
        audience,
        is_split,
        score_feature,
        no_score_feature,
        place_feature,
        customers_feature,
        cast(sum(stands_for) as bigint) as place_count,
        count(case when is_touched then 1 end) as touched_count,
        count(case when is_purchased then 1 end) as purchased_count
    from places
    group by
        audience,
        is_split,
        score_feature,
        no_score_feature,
        place_feature,
        customers_feature
)

select * from final
