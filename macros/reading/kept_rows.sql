{#
    Rows of Parquet files that programs write to the build folder; no rows where there is no
    file.

    Args:
        files: a path or pattern within the build folder, without its suffix.
        columns: name: type.
        optional: columns that files of an earlier version lack; then they are null.
#}
{% macro kept_rows(files, columns, optional=[]) %}
    {# The folder's own name is no pattern. #}
    {% set pattern = literal_path(env_var('AUDIENCE_BUILD_DIR', '') or 'build')
        ~ '/' ~ files ~ '.parquet' %}
    {% set found = find_files(pattern, may_be_none=true) if execute else [] %}
    {% set present = parquet_columns(pattern, found) if found and optional else {} %}
    select
        {% for column, type in columns.items() %}
        {% set is_there = found and (column not in optional or column in present) %}
        cast({{ column if is_there else 'null' }} as {{ type }}) as {{ column }}
        {{- ',' if not loop.last }}
        {% endfor %}
    {% if found %}
    from {{ parquet_files(pattern, found) }}
    {% else %}
    where false
    {% endif %}
{% endmacro %}
