{#
    Per ranking and cutoff: how many places it had, how many of them were hits, how many would
    be by chance, how many customers it named, and what the interval of its hits is made of.
#}
{{ config(tags=['evidence']) }}

with all_lists as (
    select * from {{ ref('int_ranking_lists') }}
),

products as (
    select
        *,
        case when is_new then 'new products' else 'known products' end as decision
    from {{ ref('int_ranked_products') }}
    where is_touched
),

-- A ranking without any signal, such as attributes that are not given, is not measured.
with_signal as (
    select distinct
        all_lists.origin,
        all_lists.ranking
    from all_lists
    left join products
        on
            all_lists.origin = products.origin
            and all_lists.product_id = products.product_id
    where
        all_lists.score is not null
        and (all_lists.product_id is null or products.product_id is not null)
),

lists as (
    select all_lists.*
    from all_lists
    inner join with_signal
        on
            all_lists.origin = with_signal.origin
            and all_lists.ranking = with_signal.ranking
    where all_lists.place <= {{ var('top_n') }}
),

excluded_pairs as (
    select
        pairs.origin,
        pairs.product_id,
        pairs.customer_id
    from {{ ref('int_cutoff_pairs') }} as pairs
    where pairs.is_excluded
),

populations as (
    select
        origin,
        cast(ceil(count(*) / 10.0) as bigint) as tenth,
        count(*) as customer_count
    from {{ ref('int_cutoff_customers') }}
    where origin > 0
    group by origin
),

late_pairs as (
    select * from {{ ref('int_late_pairs') }}
),

-- Customers who can be named and touch the product.
reachable_pairs as (
    select late_pairs.*
    from late_pairs
    inner join {{ ref('int_cutoff_customers') }} as customers
        on
            late_pairs.origin = customers.origin
            and late_pairs.customer_id = customers.customer_id
    left join excluded_pairs
        on
            late_pairs.origin = excluded_pairs.origin
            and late_pairs.product_id = excluded_pairs.product_id
            and late_pairs.customer_id = excluded_pairs.customer_id
    where excluded_pairs.customer_id is null
),

reachable as (
    select
        origin,
        product_id,
        count(*) as reachable_count
    from reachable_pairs
    group by origin, product_id
),

-- As many products as such a customer touches: the mean, weighted by itself.
touched as (
    select
        decision,
        origin,
        cast(sum(product_count * product_count) as double) / sum(product_count)
            as product_count
    from (
        select
            products.decision,
            products.origin,
            reachable_pairs.customer_id,
            count(*) as product_count
        from reachable_pairs
        inner join products
            on
                reachable_pairs.origin = products.origin
                and reachable_pairs.product_id = products.product_id
        group by products.decision, products.origin, reachable_pairs.customer_id
    ) as products_of_customers
    group by decision, origin
),

chances as (
    select
        products.decision,
        products.origin,
        count(*) as product_count,
        cast(
            sum(
                cast(
                    cast(coalesce(reachable.reachable_count, 0) as double)
                    * least(
                        cast({{ var('top_n') }} as double)
                        / greatest(
                            populations.customer_count - products.excluded_count, 1
                        ),
                        1
                    ) as decimal(28, 12)
                )
            ) as double
        ) as chance_hit_count
    from products
    inner join populations on products.origin = populations.origin
    left join reachable
        on
            products.origin = reachable.origin
            and products.product_id = reachable.product_id
    group by products.decision, products.origin
    union all
    select
        'customers' as decision,
        populations.origin,
        cast(null as bigint) as product_count,
        cast(populations.tenth as double) * count(distinct late_pairs.customer_id)
        / populations.customer_count as chance_hit_count
    from populations
    left join {{ ref('int_cutoff_customers') }} as customers
        on populations.origin = customers.origin
    left join late_pairs
        on
            customers.origin = late_pairs.origin
            and customers.customer_id = late_pairs.customer_id
    group by populations.origin, populations.tenth, populations.customer_count
),

hits as (
    select
        decision,
        origin,
        ranking,
        sum(hit_count) as hit_count,
        sum(hit_count * hit_count) as squared_hits,
        max(hit_count) as most_hits
    from {{ ref('int_ranking_hits') }}
    group by decision, origin, ranking
),

own_places as (
    select
        products.decision,
        lists.origin,
        lists.ranking,
        count(distinct lists.product_id) as own_count,
        count(lists.customer_id) as place_count
    from lists
    inner join products
        on
            lists.origin = products.origin
            and lists.product_id = products.product_id
    group by products.decision, lists.origin, lists.ranking
),

shared_places as (
    select
        origin,
        ranking,
        count(*) as place_count
    from lists
    where product_id is null
    group by origin, ranking
),

list_counts as (
    select
        decision,
        origin,
        ranking,
        customer_id,
        sum(list_count) as list_count
    from (
        select
            products.decision,
            lists.origin,
            lists.ranking,
            lists.customer_id,
            1 as list_count
        from lists
        inner join products
            on
                lists.origin = products.origin
                and lists.product_id = products.product_id
        union all
        select
            chances.decision,
            lists.origin,
            lists.ranking,
            lists.customer_id,
            chances.product_count - coalesce(own_places.own_count, 0) as list_count
        from lists
        inner join chances on lists.origin = chances.origin
        left join own_places
            on
                chances.decision = own_places.decision
                and lists.origin = own_places.origin
                and lists.ranking = own_places.ranking
        where
            lists.product_id is null
            and chances.product_count > coalesce(own_places.own_count, 0)
    ) as lists_of_customers
    where customer_id is not null
    group by decision, origin, ranking, customer_id
),

named as (
    select
        decision,
        origin,
        ranking,
        count(*) as customer_count,
        max(list_count) as most_lists
    from list_counts
    group by decision, origin, ranking
),

customer_rankings as (
    select distinct
        origin,
        ranking
    from {{ ref('int_customer_places') }}
),

places as (
    select
        chances.decision,
        chances.origin,
        customer_rankings.ranking,
        cast(null as bigint) as product_count,
        populations.tenth as place_count,
        populations.tenth as customer_count,
        chances.chance_hit_count,
        cast(1 as double) as usual_hits
    from chances
    inner join populations on chances.origin = populations.origin
    inner join customer_rankings on chances.origin = customer_rankings.origin
    where chances.decision = 'customers'
    union all
    select
        chances.decision,
        chances.origin,
        shared_places.ranking,
        chances.product_count,
        coalesce(own_places.place_count, 0)
        + (chances.product_count - coalesce(own_places.own_count, 0))
        * shared_places.place_count as place_count,
        coalesce(named.customer_count, 0) as customer_count,
        chances.chance_hit_count,
        coalesce(touched.product_count * named.most_lists / chances.product_count, 1)
            as usual_hits
    from chances
    inner join shared_places on chances.origin = shared_places.origin
    left join own_places
        on
            chances.decision = own_places.decision
            and chances.origin = own_places.origin
            and shared_places.ranking = own_places.ranking
    left join named
        on
            chances.decision = named.decision
            and chances.origin = named.origin
            and shared_places.ranking = named.ranking
    left join touched
        on
            chances.decision = touched.decision
            and chances.origin = touched.origin
    where chances.decision <> 'customers'
),

final as (
    select
        cast(places.decision as {{ dbt.type_string() }}) as decision,
        places.origin,
        places.ranking,
        places.product_count,
        cast(places.place_count as bigint) as place_count,
        places.customer_count,
        places.chance_hit_count,
        cast(coalesce(hits.hit_count, 0) as bigint) as hit_count,
        cast(coalesce(hits.squared_hits, 0) as bigint) as squared_hits,
        -- A customer in every list may bring as many hits as customers touch products.
        cast(
            round(greatest(1, places.usual_hits, coalesce(hits.most_hits, 0)), 12)
            as double
        ) as customer_hits
    from places
    left join hits
        on
            places.decision = hits.decision
            and places.origin = hits.origin
            and places.ranking = hits.ranking
    where places.place_count > 0
)

select * from final
