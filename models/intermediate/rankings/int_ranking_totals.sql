{#
    Per ranking and cutoff: how many places it had, how many of them were hits, and how many
    customers it named.
#}
{{ config(tags=['evidence']) }}

with lists as (
    select * from {{ ref('int_ranking_lists') }}
    where place <= {{ var('top_n') }}
),

products as (
    select * from {{ ref('int_ranked_products') }}
),

top_tenths as (
    select
        origin,
        cast(ceil(count(*) / 10.0) as bigint) as size
    from {{ ref('int_cutoff_customers') }}
    where origin > 0
    group by origin
),

hits as (
    select
        decision,
        origin,
        ranking,
        sum(hit_count) as hit_count,
        sum(hit_count * hit_count) as squared_hits
    from {{ ref('int_ranking_hits') }}
    group by decision, origin, ranking
),

places as (
    select
        'customers' as decision,
        top_tenths.origin,
        rankings.ranking,
        cast(null as bigint) as product_count,
        top_tenths.size as place_count,
        top_tenths.size as customer_count
    from top_tenths
    cross join (
        {% for ranking in ranking_names('customers') %}
        select '{{ ranking }}' as ranking
        {{ 'union all' if not loop.last }}
        {% endfor %}
    ) as rankings
    union all
    select
        case when products.is_new then 'new products' else 'known products' end
            as decision,
        lists.origin,
        lists.ranking,
        count(distinct lists.product_id) as product_count,
        count(*) as place_count,
        count(distinct lists.customer_id) as customer_count
    from lists
    inner join products
        on
            lists.origin = products.origin
            and lists.product_id = products.product_id
    group by
        case when products.is_new then 'new products' else 'known products' end,
        lists.origin,
        lists.ranking
),

final as (
    select
        cast(places.decision as {{ dbt.type_string() }}) as decision,
        places.origin,
        places.ranking,
        places.product_count,
        places.place_count,
        places.customer_count,
        cast(coalesce(hits.hit_count, 0) as bigint) as hit_count,
        cast(coalesce(hits.squared_hits, 0) as bigint) as squared_hits
    from places
    left join hits
        on
            places.decision = hits.decision
            and places.origin = hits.origin
            and places.ranking = hits.ranking
)

select * from final
