{#
    Files as each engine finds and reads them. On Spark paths are those of its file systems,
    and a path without a scheme is one of the machine that runs dbt.
#}

{#
    The files that a path or pattern finds, in order, named as the pattern names them; hidden
    files only if it names them.

    Args:
        may_be_none: whether it is no error if there is none.
#}
{% macro find_files(pattern, may_be_none=false) %}
    {% if target.type != 'spark' %}
        {% set found = run_query(
            'select file from glob(' ~ text_literal(pattern) ~ ') order by file'
        ).columns[0].values() %}
    {% elif adapter.matching_files is defined %}
        {% set found = adapter.matching_files(pattern) %}
    {% else %}
        {{ exceptions.raise_compiler_error(
            'dbt does not know dbt_spark_session.py, which finds files for Spark: install'
            ~ " the project (pip install -e '.[spark]') next to dbt."
        ) }}
    {% endif %}
    {% set files, parts = [], pattern.split('/') %}
    {% for file in found
        if parts[-1].startswith('.') or not file.split('/')[-1].startswith('.') %}
        {% if target.type != 'spark' or ':/' in pattern %}
            {% do files.append(file) %}
        {% elif pattern.startswith('/') %}
            {% do files.append(modules.re.sub('^[a-z0-9]+:/+', '/', file)) %}
        {% else %}
            {% do files.append(file.split('/')[-(parts | length):] | join('/')) %}
        {% endif %}
    {% endfor %}
    {% for file in files if target.type == 'spark' and file.split('/')[-1].startswith('_') %}
        {{ exceptions.raise_compiler_error(
            file ~ ' begins with _, and Spark passes over such files: rename it.'
        ) }}
    {% endfor %}
    {% if not files and not may_be_none %}
        {{ exceptions.raise_compiler_error(
            'No log at ' ~ pattern ~ ': expected a CSV or Parquet file, or a pattern such as '
            ~ 'folder/*.csv. Give its path as `audience build --log ...` or as the variable `log`.'
        ) }}
    {% endif %}
    {{ return(files) }}
{% endmacro %}


{# The path of the file that a row of Spark comes from, named as the pattern names it. #}
{% macro spark_file_name(pattern) -%}
    {%- set path = "url_decode(replace(_metadata.file_path, '+', '%2B'))" -%}
    {%- if ':/' in pattern -%}
        {{ path }}
    {%- elif pattern.startswith('/') -%}
        regexp_replace({{ path }}, '^[a-z0-9]+:/+', '/')
    {%- else -%}
        substring_index({{ path }}, '/', -{{ pattern.split('/') | length }})
    {%- endif -%}
{%- endmacro %}


{# Paths as a SQL list; a path that looks like a pattern is taken literally. #}
{% macro file_list(files) %}
    {% set quoted = [] %}
    {% for file in files %}
        {% do quoted.append(text_literal(literal_path(file))) %}
    {% endfor %}
    {{ return('[' ~ quoted | join(', ') ~ ']') }}
{% endmacro %}


{# A pattern that matches this path and no other. #}
{% macro literal_path(path) %}
    {{ return(modules.re.sub(
        '([*?[{])' if target.type == 'spark' else '([*?[])', '[\\1]', path
    )) }}
{% endmacro %}
