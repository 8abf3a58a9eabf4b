{#
    Leaves the id of this dbt run beside the tables, so that publishing can tell whether the
    results it reads belong to the tables it copies.
#}
{% macro record_invocation() %}
    {{ return(adapter.dispatch('record_invocation')()) }}
{% endmacro %}


{% macro default__record_invocation() %}
    create or replace table {{ target.schema }}.last_invocation as
    select '{{ invocation_id }}' as invocation_id
{% endmacro %}


{% macro spark__record_invocation() %}
    insert overwrite directory {{ text_literal(handed_over_folder() ~ '/last_invocation') }}
    using parquet
    select '{{ invocation_id }}' as invocation_id
{% endmacro %}
