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

products as (
    select * from {{ ref('int_ranked_products') }}
),

late_pairs as (
    select * from {{ ref('int_late_pairs') }}
),

late_customers as (
    select distinct
        origin,
        customer_id
    from late_pairs
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
        places.customer_id,
        1 as hit_count
    from places
    inner join top_tenths
        on places.origin = top_tenths.origin and places.place <= top_tenths.size
    inner join late_customers
        on
            places.origin = late_customers.origin
            and places.customer_id = late_customers.customer_id
    union all
    select
        case when products.is_new then 'new products' else 'known products' end
            as decision,
        lists.origin,
        lists.ranking,
        lists.customer_id,
        count(*) as hit_count
    from lists
    inner join products
        on
            lists.origin = products.origin
            and lists.product_id = products.product_id
    inner join late_pairs
        on
            lists.origin = late_pairs.origin
            and lists.product_id = late_pairs.product_id
            and lists.customer_id = late_pairs.customer_id
    group by
        case when products.is_new then 'new products' else 'known products' end,
        lists.origin,
        lists.ranking,
        lists.customer_id
)

select
    cast(decision as {{ dbt.type_string() }}) as decision,
    origin,
    ranking,
    customer_id,
    cast(hit_count as bigint) as hit_count
from hits
