{# Per product, the customers who touched most of its neighbours: up to 50. #}
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

summed as (
    select
        neighbours.origin,
        neighbours.product_id,
        pairs.customer_id,
        count(*) as neighbour_count,
    {% for signal in signals %}
        sum(cast(round(neighbours.{{ signal }}_weight * 1000000000) as bigint))
            as {{ signal }}_score
        {{- ',' if not loop.last }}
    {% endfor %}
    from neighbours
    inner join pairs
        on
            neighbours.origin = pairs.origin
            and neighbours.neighbour_id = pairs.product_id
    group by neighbours.origin, neighbours.product_id, pairs.customer_id
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
            order by {{ order_key('allowed.neighbour_score / cast(1000000000 as double)', 'customers') }} desc
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
