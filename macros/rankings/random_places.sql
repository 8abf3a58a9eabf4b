{#
    Customers in a random order, as a circle: each product starts somewhere else. The baseline
    of chance for lists, as rows of `reachable` in ranked_lists.
#}
{% macro random_places() %}
    select
        starts.origin,
        'random' as ranking,
        starts.product_id,
        shuffled.customer_id,
        cast(null as double) as score,
        starts.place
    from (
        select
            placed.origin,
            placed.product_id,
            placed.place,
            (placed.start_place + placed.place) % placed.customer_count as circle_place
        from (
            select
                products.origin,
                products.product_id,
                populations.customer_count,
                {{ hash_number("'product ' || products.product_id") }} as start_place,
                {{ each_number(
                    1,
                    'cast(least(' ~ list_depth() ~ ' + products.excluded_count,'
                    ~ ' populations.customer_count) as bigint)',
                ) }} as place
            from products
            inner join (
                select
                    origin,
                    count(*) as customer_count
                from customers
                group by origin
            ) as populations on products.origin = populations.origin
        ) as placed
    ) as starts
    inner join (
        select
            origin,
            customer_id,
            row_number() over (
                partition by origin
                order by {{ hash_number("'order ' || customer_id") }}, customer_id
            ) - 1 as circle_place
        from customers
    ) as shuffled
        on
            starts.origin = shuffled.origin
            and starts.circle_place = shuffled.circle_place
{% endmacro %}
