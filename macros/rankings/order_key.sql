{#
    A whole number that orders customers of a product by score, and equal scores by activity: no
    two customers share it. Of a single key DuckDB finds the first places without a sort.

    Args:
        score: between -4000 and 4000; six decimals count.
        customers: a relation with `activity_place` (1 is the most active customer).
#}
{% macro order_key(score, customers) -%}
    cast(round(greatest(least({{ score }}, 4000), -4000) * 1000000) as bigint) * 2147483648
                - {{ customers }}.activity_place
{%- endmacro %}
