{#
    What each ranking hits in the window after a cutoff. A ranking of customers: those of its
    first tenth who come back. Lists: the customers in their first places who touch the product.
#}
{{ config(tags=['evidence']) }}

with places as (
    select * from {{ ref('int_customer_places') }}
    where origin > 0
),

lists as (
    select * from {{ ref('int_ranking_lists') }}
    where place <= {{ var('top_n') }}
),

own_lists as (
    select distinct
        origin,
        ranking,
        product_id
    from lists
    where product_id is not null
),

products as (
    select * from {{ ref('int_ranked_products') }}
),

late_pairs as (
    select
        late_pairs.origin,
        late_pairs.product_id,
        late_pairs.customer_id,
        case when products.is_new then 'new products' else 'known products' end
            as decision
    from {{ ref('int_late_pairs') }} as late_pairs
    inner join products
        on
            late_pairs.origin = products.origin
            and late_pairs.product_id = products.product_id
),

late_customers as (
    select distinct
        origin,
        customer_id
    from {{ ref('int_late_pairs') }}
),

top_tenths as (
    select
        origin,
        ceil(count(*) / 10.0) as size
    from {{ ref('int_cutoff_customers') }}
    where origin > 0
    group by origin
),

hits as (
    select
        'customers' as decision,
        places.origin,
        places.ranking,
        places.customer_id
    from places
    inner join top_tenths
        on places.origin = top_tenths.origin and places.place <= top_tenths.size
    inner join late_customers
        on
            places.origin = late_customers.origin
            and places.customer_id = late_customers.customer_id
    union all
    select
        late_pairs.decision,
        lists.origin,
        lists.ranking,
        lists.customer_id
    from late_pairs
    inner join lists
        on
            late_pairs.origin = lists.origin
            and late_pairs.product_id = lists.product_id
            and late_pairs.customer_id = lists.customer_id
    union all
    -- Of the shared list, where the product has none of its own.
    select
        late_pairs.decision,
        lists.origin,
        lists.ranking,
        lists.customer_id
    from late_pairs
    inner join lists
        on
            lists.product_id is null
            and late_pairs.origin = lists.origin
            and late_pairs.customer_id = lists.customer_id
    left join own_lists
        on
            lists.origin = own_lists.origin
            and lists.ranking = own_lists.ranking
            and late_pairs.product_id = own_lists.product_id
    where own_lists.product_id is null
)

select
    cast(decision as {{ dbt.type_string() }}) as decision,
    origin,
    ranking,
    customer_id,
    count(*) as hit_count
from hits
group by decision, origin, ranking, customer_id
