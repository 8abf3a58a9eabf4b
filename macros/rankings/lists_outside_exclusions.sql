{#
    The lists by rankings of customers: the first customers of all, and those outside the
    exclusions of each product with a list of its own. A part of ranked_lists; ends in the
    relations `first_outside` and `customer_lists`.
#}
{% macro lists_outside_exclusions(depth) %}
first_outside as (
    select *
    from (
        select
            own_places.origin,
            own_places.ranking,
            own_places.product_id,
            places.customer_id,
            places.score,
            row_number() over (
                partition by
                    own_places.origin, own_places.ranking, own_places.product_id
                order by places.place
            ) as place
        from own_places
        inner join places
            on
                own_places.origin = places.origin
                and own_places.ranking = places.ranking
                and own_places.place = places.place
        left join excluded
            on
                own_places.origin = excluded.origin
                and own_places.product_id = excluded.product_id
                and places.customer_id = excluded.customer_id
        where excluded.customer_id is null
    ) as placed
    where place <= {{ depth }}
),

customer_lists as (
    -- The shared one.
    select
        origin,
        ranking,
        null as product_id,
        customer_id,
        score,
        place
    from places
    where place <= {{ depth }}
    union all
    select * from first_outside
    union all
    -- All customers are excluded.
    select
        moved.origin,
        moved.ranking,
        moved.product_id,
        null as customer_id,
        null as score,
        0 as place
    from moved
    left join first_outside
        on
            moved.origin = first_outside.origin
            and moved.ranking = first_outside.ranking
            and moved.product_id = first_outside.product_id
    where first_outside.product_id is null
)
{% endmacro %}
