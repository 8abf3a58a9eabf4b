{# What the last run noted of itself; nothing but zeros before the first. #}
{% macro last_run() %}
    {% if not is_noted('last_run') %}
        {{ return({'batch': 0, 'fingerprint': '', 'is_whole': false}) }}
    {% endif %}
    {% set row = run_query(
        'select batch, fingerprint, is_whole from ' ~ target.schema ~ '.last_run'
    ).rows[0] %}
    {{ return({'batch': row[0] | int, 'fingerprint': row[1], 'is_whole': row[2]}) }}
{% endmacro %}


{# Whether runs have left a table of notes of that name. #}
{% macro is_noted(name) %}
    {{ return(run_query(
        "select 1 from information_schema.tables where table_name = '" ~ name
        ~ "' and table_schema = '" ~ target.schema ~ "'"
    ).rows | length > 0) }}
{% endmacro %}


{#
    Leaves the id of this run in the warehouse too, so that publishing can tell whether the
    results it reads belong to the tables it copies.
#}
{% macro note_run(batch, fingerprint, is_whole) %}
    {% do run_query(
        'create or replace table ' ~ target.schema ~ '.last_run as select '
        ~ dbt.string_literal(invocation_id) ~ ' as invocation_id, cast(' ~ batch
        ~ ' as bigint) as batch, ' ~ dbt.string_literal(fingerprint) ~ ' as fingerprint, '
        ~ (is_whole | lower) ~ ' as is_whole'
    ) %}
{% endmacro %}


{# The number of this run, with which it marks the rows that it adds. #}
{% macro batch_number() %}
    {{ return(adapter.dispatch('batch_number')()) }}
{% endmacro %}


{% macro default__batch_number() %}
    {{ return(last_run().batch if execute else 1) }}
{% endmacro %}


{% macro spark__batch_number() %}
    {{ return(1) }}
{% endmacro %}
