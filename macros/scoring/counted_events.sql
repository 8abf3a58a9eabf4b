{# Events that `products` counts in a column of their own. #}
{% macro counted_events() %}
    {{ return(['purchased', 'cart', 'rating', 'wishlist', 'search_keyword']) }}
{% endmacro %}
