{# Events of which each product has a count of its own. #}
{% macro counted_events() %}
    {{ return(['purchased', 'cart', 'rating', 'wishlist', 'search_keyword']) }}
{% endmacro %}
