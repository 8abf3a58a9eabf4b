{#
    Rows of Parquet files that programs write to the build folder; no rows where there is no
    file.

    Args:
        files: a path or pattern within the build folder, without its suffix.
        columns: name: type.
#}
{% macro kept_rows(files, columns) %}
    {# The folder's own name is no pattern. #}
    {% set pattern = literal_path(env_var('AUDIENCE_BUILD_DIR', '') or 'build')
        ~ '/' ~ files ~ '.parquet' %}
    {% set found = matching_files(pattern) if execute else [] %}
    select
        {% for column, type in columns.items() %}
        cast({{ column if found else 'null' }} as {{ type }}) as {{ column }}
        {{- ',' if not loop.last }}
        {% endfor %}
    {% if found %}
    from {{ parquet_files(pattern, found) }}
    {% else %}
    where false
    {% endif %}
{% endmacro %}
