{#
    After a public mart is made: what publishing needs beside it. DuckDB's database is read as
    it is. Spark writes the table once more, as plain Parquet files below the build folder,
    because its own may be of any format and lie anywhere.
#}
{% macro hand_over() %}
    {{ return(adapter.dispatch('hand_over')()) }}
{% endmacro %}


{% macro default__hand_over() %}
{% endmacro %}


{% macro spark__hand_over() %}
    insert overwrite directory {{ text_literal(handed_over_folder() ~ '/' ~ this.identifier) }}
    using parquet
    select * from {{ this }}
{% endmacro %}


{# A folder that Spark and the program that publishes both see. #}
{% macro handed_over_folder() %}
    {{ return((env_var('AUDIENCE_BUILD_DIR', '') or 'build') ~ '/spark/marts') }}
{% endmacro %}
