{#
    Rows that programs have left for the warehouse in the build folder, as a query over their
    Parquet files; no rows where there is none.

    Args:
        files: a path or pattern within the build folder, without its suffix.
        columns: name: type.
#}
{% macro kept_rows(files, columns) %}
    {{ return(adapter.dispatch('kept_rows')(files, columns)) }}
{% endmacro %}


{% macro default__kept_rows(files, columns) %}
    {# The folder's own name is no pattern. #}
    {% set folder = modules.re.sub(
        '([*?[])', '[\\1]', env_var('AUDIENCE_BUILD_DIR', '') or 'build'
    ) %}
    {% set found = run_query(
        'select file from glob('
        ~ dbt.string_literal(dbt.escape_single_quotes(folder ~ '/' ~ files ~ '.parquet'))
        ~ ') order by file'
    ).columns[0].values() if execute else [] %}
    select
        {% for column, type in columns.items() %}
        cast({{ column if found else 'null' }} as {{ type }}) as {{ column }}
        {{- ',' if not loop.last }}
        {% endfor %}
    {% if found %}
    from read_parquet({{ file_list(found) }})
    {% else %}
    where false
    {% endif %}
{% endmacro %}
