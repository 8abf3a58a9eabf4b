{#
    Per product, the customers who touched most of its neighbours: up to 50. Customers of a
    single product all have the weight of that one neighbour: its 50 most active ones suffice.
#}
{% set signals = ['neighbour', 'rule', 'walk'] %}
with pairs as (
    select * from {{ ref('int_cutoff_pairs') }}
),

neighbours as (
    select * from {{ ref('int_product_neighbours') }}
),

customers as (
    select * from {{ ref('int_cutoff_customers') }}
),

single_places as (
    select
        pairs.origin,
        pairs.product_id,
        pairs.customer_id,
        row_number() over (
            partition by pairs.origin, pairs.product_id
            order by customers.activity_place asc, pairs.customer_id asc
        ) as place
    from pairs
    inner join customers
        on
            pairs.origin = customers.origin
            and pairs.customer_id = customers.customer_id
    where pairs.product_count = 1
),

touches as (
    select
        origin,
        product_id,
        customer_id
    from pairs
    where product_count > 1
    union all
    select
        origin,
        product_id,
        customer_id
    from single_places
    where place <= 50
),

summed as (
    select
        neighbours.origin,
        neighbours.product_id,
        touches.customer_id,
        {% for signal in signals %}
        sum(cast(round(neighbours.{{ signal }}_weight * 1000000000) as bigint))
            as {{ signal }}_score,
        {% endfor %}
        count(*) as neighbour_count
    from neighbours
    inner join touches
        on
            neighbours.origin = touches.origin
            and neighbours.neighbour_id = touches.product_id
    group by neighbours.origin, neighbours.product_id, touches.customer_id
),

allowed as (
    select summed.*
    from summed
    left join pairs
        on
            summed.origin = pairs.origin
            and summed.product_id = pairs.product_id
            and summed.customer_id = pairs.customer_id
            and pairs.is_excluded
    where pairs.customer_id is null
),

placed as (
    select
        allowed.*,
        row_number() over (
            partition by allowed.origin, allowed.product_id
            order by allowed.neighbour_score desc, customers.activity_place asc
        ) as place
    from allowed
    inner join customers
        on
            allowed.origin = customers.origin
            and allowed.customer_id = customers.customer_id
),

final as (
    select
        origin,
        product_id,
        customer_id,
        neighbour_count,
        neighbour_score / cast(1000000000 as double) as neighbour_score,
        rule_score / cast(1000000000 as double) as rule_score,
        walk_score / cast(1000000000 as double) as walk_score
    from placed
    where place <= 50
)

select * from final
