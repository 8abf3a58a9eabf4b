{#
    Per product, the customers who touched most of its neighbours: up to 50. Customers of a
    single product all have the weight of that one neighbour: its 50 most active ones suffice.
#}
{% set most = 50 %}
{% set signals = ['neighbour', 'rule', 'walk'] %}
with pairs as (
    select * from {{ ref('int_cutoff_pairs') }}
),

customers as (
    select * from {{ ref('int_cutoff_customers') }}
),

-- Whole numbers, as sums of doubles depend on the order.
neighbours as (
    select
        origin,
        product_id,
        {% for signal in signals %}
        cast(round({{ signal }}_weight * 1000000000) as bigint) as {{ signal }}_score,
        {% endfor %}
        neighbour_id
    from {{ ref('int_product_neighbours') }}
),

touched as (
    select distinct
        origin,
        neighbour_id
    from neighbours
),

touches as (
    select
        pairs.origin,
        pairs.product_id,
        pairs.customer_id,
        pairs.product_count,
        customers.activity_place
    from pairs
    inner join customers
        on
            pairs.origin = customers.origin
            and pairs.customer_id = customers.customer_id
    inner join touched
        on
            pairs.origin = touched.origin
            and pairs.product_id = touched.neighbour_id
),

first_singles as (
    select *
    from (
        select
            origin,
            product_id,
            customer_id,
            activity_place,
            row_number() over (
                partition by origin, product_id
                order by activity_place asc, customer_id asc
            ) as place
        from touches
        where product_count = 1
    ) as placed_singles
    where place <= {{ most }}
),

single_counts as (
    select
        origin,
        product_id,
        count(*) as customer_count
    from first_singles
    group by origin, product_id
),

-- Optimisation: where customers of a single product fill all places, nothing below the
-- weight of the last one can get a place.
reached as (
    select
        neighbours.origin,
        neighbours.product_id,
        neighbours.neighbour_score,
        sum(single_counts.customer_count) over (
            partition by neighbours.origin, neighbours.product_id
            order by neighbours.neighbour_score desc
            range between unbounded preceding and current row
        ) as reached_count
    from neighbours
    inner join single_counts
        on
            neighbours.origin = single_counts.origin
            and neighbours.neighbour_id = single_counts.product_id
),

lowest as (
    select
        origin,
        product_id,
        max(neighbour_score) as neighbour_score
    from reached
    where reached_count >= {{ most }}
    group by origin, product_id
),

summed as (
    select
        neighbours.origin,
        neighbours.product_id,
        touches.customer_id,
        min(touches.activity_place) as activity_place,
        {% for signal in signals %}
        cast(sum(neighbours.{{ signal }}_score) as bigint) as {{ signal }}_score,
        {% endfor %}
        count(*) as neighbour_count
    from neighbours
    inner join touches
        on
            neighbours.origin = touches.origin
            and neighbours.neighbour_id = touches.product_id
    where touches.product_count > 1
    group by neighbours.origin, neighbours.product_id, touches.customer_id
),

-- Customers of a single product did not touch another one, so none is excluded.
allowed as (
    select
        neighbours.origin,
        neighbours.product_id,
        first_singles.customer_id,
        first_singles.activity_place,
        {% for signal in signals %}
        neighbours.{{ signal }}_score,
        {% endfor %}
        1 as neighbour_count
    from neighbours
    inner join first_singles
        on
            neighbours.origin = first_singles.origin
            and neighbours.neighbour_id = first_singles.product_id
    left join lowest
        on
            neighbours.origin = lowest.origin
            and neighbours.product_id = lowest.product_id
    where neighbours.neighbour_score >= coalesce(lowest.neighbour_score, 0)
    union all
    select
        summed.origin,
        summed.product_id,
        summed.customer_id,
        summed.activity_place,
        {% for signal in signals %}
        summed.{{ signal }}_score,
        {% endfor %}
        summed.neighbour_count
    from summed
    left join lowest
        on
            summed.origin = lowest.origin
            and summed.product_id = lowest.product_id
    left join pairs
        on
            summed.origin = pairs.origin
            and summed.product_id = pairs.product_id
            and summed.customer_id = pairs.customer_id
            and pairs.is_excluded
            and pairs.product_count > 1
    where
        pairs.customer_id is null
        and summed.neighbour_score >= coalesce(lowest.neighbour_score, 0)
),

placed as (
    select
        *,
        row_number() over (
            partition by origin, product_id
            order by neighbour_score desc, activity_place asc
        ) as place
    from allowed
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
    where place <= {{ most }}
)

select * from final
