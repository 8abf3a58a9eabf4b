{#
    The lists of products that exclude customers at the top of a ranking of customers, and what
    continues the lists with too few customers with a signal. A part of ranked_lists; ends in
    the relations `outside` and `continued`.
#}
{% macro lists_outside_exclusions(depth) %}
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

short_lists as (
    select
        origin,
        ranking,
        product_id,
        count(*) as signal_count,
        max(excluded_count) as excluded_count
    from with_signal
    group by origin, ranking, product_id
    having count(*) < {{ depth }}
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
),

outside as (
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
),

continued as (
    select
        short_lists.origin,
        short_lists.ranking,
        short_lists.product_id,
        first_outside.customer_id,
        cast(null as double) as score,
        short_lists.signal_count + row_number() over (
            partition by
                short_lists.origin, short_lists.ranking, short_lists.product_id
            order by first_outside.place
        ) as place
    from short_lists
    inner join first_outside
        on
            first_outside.ranking = 'activity'
            and short_lists.origin = first_outside.origin
            and short_lists.product_id = first_outside.product_id
    left join with_signal
        on
            short_lists.origin = with_signal.origin
            and short_lists.ranking = with_signal.ranking
            and short_lists.product_id = with_signal.product_id
            and first_outside.customer_id = with_signal.customer_id
    where with_signal.customer_id is null
)
{% endmacro %}
