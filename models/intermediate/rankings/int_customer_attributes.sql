{# How much of each attribute is in the products of a customer. #}
with pairs as (
    select * from {{ ref('int_cutoff_pairs') }}
),

product_attributes as (
    select * from {{ ref('int_product_attributes') }}
),

customers as (
    select * from {{ ref('int_cutoff_customers') }}
),

unlisted_customers as (
    select * from {{ ref('int_unlisted_customers') }}
),

pair_counts as (
    select
        origin,
        count(*) as pair_count
    from pairs
    group by origin
),

summed as (
    select
        pairs.origin,
        pairs.customer_id,
        product_attributes.attribute,
        max(pairs.product_count) as product_count,
        count(*) as touched_count,
        sum(product_attributes.attribute_weight) as affinity
    from pairs
    inner join product_attributes on pairs.product_id = product_attributes.product_id
    group by pairs.origin, pairs.customer_id, product_attributes.attribute
),

-- The share of each attribute over all customers.
usual as (
    select
        summed.origin,
        summed.attribute,
        cast(sum(summed.affinity) as double) / max(pair_counts.pair_count)
            as usual_share
    from summed
    inner join pair_counts on summed.origin = pair_counts.origin
    group by summed.origin, summed.attribute
),

placed as (
    select
        summed.origin,
        summed.customer_id,
        summed.attribute,
        summed.touched_count,
        cast(summed.affinity as double) as affinity,
        usual.usual_share,
        -- Those who are in no list now come last: they take no place from others.
        row_number() over (
            partition by summed.origin, summed.attribute
            order by
                case when unlisted_customers.customer_id is null then 0 else 1 end asc,
                round(
                    summed.product_count
                    * (cast(summed.affinity as double) + 2 * usual.usual_share)
                    / (summed.product_count + 2),
                    9
                ) desc,
                customers.activity_place asc
        ) as attribute_place
    from summed
    inner join usual
        on
            summed.origin = usual.origin
            and summed.attribute = usual.attribute
    inner join customers
        on
            summed.origin = customers.origin
            and summed.customer_id = customers.customer_id
    left join unlisted_customers
        on
            summed.origin = 0
            and summed.customer_id = unlisted_customers.customer_id
)

select * from placed
