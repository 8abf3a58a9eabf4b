{# Schemas are named after the rooms; dbt's default would put the target's schema before. #}
{% macro generate_schema_name(custom_schema_name, node) %}
    {{ return(custom_schema_name | trim if custom_schema_name else target.schema) }}
{% endmacro %}
