{#
    Runs after a public mart or a look-up table is built: hands it over to publishing. The
    database of DuckDB is read as it is. Spark writes the table again, as Parquet files in the
    build folder, because its own files may have any format and place.
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
