{#
    Leaves the id of this dbt run in the warehouse, so that publishing can tell whether the
    results it reads belong to the tables it copies.
#}
{% macro record_invocation() %}
    {{ return(adapter.dispatch('record_invocation')()) }}
{% endmacro %}


{% macro default__record_invocation() %}
    create or replace table {{ target.schema }}.last_invocation as
    select '{{ invocation_id }}' as invocation_id
{% endmacro %}


{# It replaces no table of Parquet files, and makes no schema by itself. #}
{% macro spark__record_invocation() %}
    {% if execute %}
        {% do run_query('create schema if not exists ' ~ target.schema) %}
        {% do run_query('drop table if exists ' ~ target.schema ~ '.last_invocation') %}
    {% endif %}
    create table {{ target.schema }}.last_invocation using parquet as
    select '{{ invocation_id }}' as invocation_id
{% endmacro %}
