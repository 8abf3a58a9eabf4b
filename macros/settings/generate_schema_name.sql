{# A schema has the name of its folder; dbt's default puts the target's schema before it. #}
{% macro generate_schema_name(custom_schema_name, node) %}
    {{ return(custom_schema_name | trim if custom_schema_name else target.schema) }}
{% endmacro %}
