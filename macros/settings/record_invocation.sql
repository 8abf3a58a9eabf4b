{#
    Leaves the id of this dbt run in the warehouse, so that publishing can tell whether the
    results it reads belong to the tables it copies.
#}
{% macro record_invocation() %}
    create or replace table {{ target.schema }}.last_invocation as
    select '{{ invocation_id }}' as invocation_id
{% endmacro %}
