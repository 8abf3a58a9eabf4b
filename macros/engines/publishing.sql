{#
    What publishing needs. It reads DuckDB's database; tables of Spark may have any format and
    lie anywhere, so Spark writes Parquet files below the build folder too.
#}

{# After each public mart: on Spark its copy. #}
{% macro hand_over() %}
    {% if target.type == 'spark' %}
    insert overwrite directory {{ text_literal(handed_over_folder() ~ '/' ~ this.identifier) }}
    using parquet
    select * from {{ this }}
    {% endif %}
{% endmacro %}


{#
    At the start of a run: its id, which tells publishing whether dbt's results belong to the
    tables, and the next build whether these are the tables of the last one.
#}
{% macro note_run() %}
    {% if target.type == 'spark' %}
    insert overwrite directory {{ text_literal(handed_over_folder() ~ '/last_run') }}
    using parquet
    {% else %}
    create or replace table {{ target.schema }}.last_run as
    {% endif %}
    select '{{ invocation_id }}' as invocation_id
{% endmacro %}


{# A folder that Spark and the publishing program both see. #}
{% macro handed_over_folder() %}
    {{ return((env_var('AUDIENCE_BUILD_DIR', '') or 'build') ~ '/spark/marts') }}
{% endmacro %}
