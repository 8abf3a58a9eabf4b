{#
    The lists by rankings of customers, and where they stand in for a ranking of products:
    `continued` follows the customers with a signal where they are fewer than a list has places,
    by activity; `base_rankings` says by which ranking of customers each ranking serves a
    product without a list by signal. A part of ranked_lists; ends in these two relations and
    `customer_lists`.
#}
{% macro customer_lists(depth) %}
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
),

-- A ranking of products without a signal is that of activity; one that is not fitted is not.
base_rankings as (
    {% for ranking in rankings() if ranking.ranks in ('customers', 'products') %}
    {% set is_fitted = ranking.is_fitted and ranking.ranks == 'products' %}
    select distinct
        origin,
        '{{ ranking.name }}' as ranking,
        '{{ ranking.name if ranking.ranks == 'customers' else 'activity' }}'
            as base_ranking
    from {{ 'with_signal' if is_fitted else 'places' }}
    {% if is_fitted %}
    where ranking = '{{ ranking.name }}'
    {% endif %}
    {{ 'union all' if not loop.last }}
    {% endfor %}
)
{% endmacro %}
