{#
    The list of each product out of the rows of ranked_lists, as a query.

    Args:
        lists: their relation.
        products: a relation with origin and product_id.
        rankings: those wanted, as what comes after `in`; all if none.
#}
{% macro expanded_lists(lists, products, rankings=none) %}
    select
        own.origin,
        own.ranking,
        own.product_id,
        own.customer_id,
        own.score,
        own.place
    from {{ lists }} as own
    inner join {{ products }} as products
        on
            own.origin = products.origin
            and own.product_id = products.product_id
    where
        own.customer_id is not null
        {%- if rankings %}
        and own.ranking in ({{ rankings }})
        {%- endif %}
    union all
    select
        shared.origin,
        shared.ranking,
        products.product_id,
        shared.customer_id,
        shared.score,
        shared.place
    from {{ lists }} as shared
    inner join {{ products }} as products on shared.origin = products.origin
    left join (
        select distinct
            origin,
            ranking,
            product_id
        from {{ lists }}
        where product_id is not null
    ) as own_keys
        on
            shared.origin = own_keys.origin
            and shared.ranking = own_keys.ranking
            and products.product_id = own_keys.product_id
    where
        shared.product_id is null
        and own_keys.product_id is null
        {%- if rankings %}
        and shared.ranking in ({{ rankings }})
        {%- endif %}
{% endmacro %}
