with pairs as (
    select * from {{ ref('int_customer_product_sides') }}
),

known_products as (
    select * from {{ ref('int_known_products') }}
),

origin_customers as (
    select * from {{ ref('int_origin_customers') }}
),

split as (
    select * from {{ ref('int_rolling_origins') }}
    where is_split
),

early_customers as (
    select
        origin_customers.customer_id,
        origin_customers.total_interactions
    from origin_customers
    inner join split on origin_customers.origin = split.origin
),

excluded as (
    select
        cutoff_pairs.product_id,
        cutoff_pairs.customer_id
    from {{ ref('int_cutoff_pairs') }} as cutoff_pairs
    inner join split on cutoff_pairs.origin = split.origin
    where cutoff_pairs.is_excluded
),

relevant as (
    select
        pairs.product_id,
        pairs.customer_id,
        early_customers.customer_id is not null
        and excluded.customer_id is null as is_reachable,
        case
            when known_products.early_customer_count = 1 then '1 early customer'
            when known_products.early_customer_count <= 5 then '2 to 5 early customers'
            else 'more than 5 early customers'
        end as product_popularity,
        case
            when early_customers.total_interactions = 1 then '1 early interaction'
            when early_customers.total_interactions <= 5
                then '2 to 5 early interactions'
            else 'more than 5 early interactions'
        end as customer_activity
    from pairs
    inner join known_products on pairs.product_id = known_products.product_id
    left join early_customers on pairs.customer_id = early_customers.customer_id
    left join excluded
        on
            pairs.product_id = excluded.product_id
            and pairs.customer_id = excluded.customer_id
    where pairs.late_response_count > 0
),

populated as (
    select
        'all' as population,
        *
    from relevant
    union all
    select
        'reachable' as population,
        *
    from relevant
    where is_reachable
),

sliced as (
    select
        population,
        'nothing' as slice_by,
        'everything' as slice,
        product_id,
        customer_id,
        is_reachable
    from populated
    union all
    select
        population,
        'product popularity' as slice_by,
        product_popularity as slice,
        product_id,
        customer_id,
        is_reachable
    from populated
    union all
    select
        population,
        'customer activity' as slice_by,
        customer_activity as slice,
        product_id,
        customer_id,
        is_reachable
    from populated
    where population = 'reachable'
)

select * from sliced
