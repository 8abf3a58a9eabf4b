{#
    Files as each engine finds and reads them. On Spark paths are those of its file systems,
    and a path without a scheme is one of the machine that runs dbt.
#}

{# Files that match a path or pattern, in order, named as the pattern names them. #}
{% macro matching_files(pattern) %}
    {% if target.type != 'spark' %}
        {{ return(run_query(
            'select file from glob(' ~ text_literal(pattern) ~ ') order by file'
        ).columns[0].values()) }}
    {% endif %}
    {% if adapter.matching_files is not defined %}
        {{ exceptions.raise_compiler_error(
            'dbt does not know dbt_spark_session.py, which finds files for Spark: install'
            ~ " the project (pip install -e '.[spark]') next to dbt."
        ) }}
    {% endif %}
    {% set parts = pattern.split('/') | length %}
    {% set names = [] %}
    {% for file in adapter.matching_files(pattern) %}
        {% if ':/' in pattern %}
            {% do names.append(file) %}
        {% elif pattern.startswith('/') %}
            {% do names.append(modules.re.sub('^[a-z0-9]+:/+', '/', file)) %}
        {% else %}
            {% do names.append(file.split('/')[-parts:] | join('/')) %}
        {% endif %}
    {% endfor %}
    {{ return(names) }}
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
