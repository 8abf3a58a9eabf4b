{#
    Products that need a list of their own by a ranking of customers, because they exclude
    customers at its top, or because it continues a list; and the first customers outside their
    exclusions. A part of ranked_lists; ends in the relations `moved` and `first_outside`.
#}
{% macro own_lists(depth) %}
-- The first N customers outside a set of k lie among the first N + k: only customers
-- excluded there move others up.
moved as (
    select
        products.origin,
        places.ranking,
        products.product_id,
        max(products.excluded_count) as excluded_count
    from excluded
    inner join places
        on
            excluded.origin = places.origin
            and excluded.customer_id = places.customer_id
    inner join products
        on
            excluded.origin = products.origin
            and excluded.product_id = products.product_id
            and places.place <= {{ depth }} + products.excluded_count
    group by products.origin, places.ranking, products.product_id
),

own_lists as (
    select
        origin,
        ranking,
        product_id,
        excluded_count
    from moved
    union
    select
        origin,
        'activity' as ranking,
        product_id,
        excluded_count
    from short_lists
),

-- Each place on its own: a join by a bound would compare all lists with all customers.
own_places as (
    select
        origin,
        ranking,
        product_id,
        {{ each_number(1, depth ~ ' + excluded_count') }} as place
    from own_lists
),

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
)
{% endmacro %}
