{# The type of customer_id and product_id, as in every contract. #}
{% macro id_type() %}
    {{ return('bigint' if var('id_type') == 'integer' else dbt.type_string()) }}
{% endmacro %}
