{# The columns of path_columns, in a select list after `*`. #}
{% macro path_values(input) -%}
    {%- set replacing = [] -%}
    {%- for name, column in input.path_columns.items() if column.files -%}
        {%- do replacing.append(
            'case when _input_file in (' ~ text_values(column.files) ~ ') then '
            ~ path_value(column) ~ ' else ' ~ column_name(name) ~ ' end as '
            ~ column_name(name)
        ) -%}
    {%- endfor -%}
    {%- if replacing %} replace (
                {{ replacing | join(',\n                ') }}
            )
    {%- endif -%}
    {%- for name, column in input.path_columns.items() if not column.files -%}
    ,
            {{ path_value(column) }} as {{ column_name(name) }}
    {%- endfor -%}
{%- endmacro %}


{% macro path_value(column) -%}
    {%- set folder = '(?:^|/)' ~ modules.re.escape(column.key) ~ '=([^/]*)/' -%}
    {%- set value = 'regexp_extract(_input_file, ' ~ text_literal(folder) ~ ', 1)' -%}
    {%- if target.type == 'spark' -%}
    {%- set value = 'replace(' ~ value ~ ", '+', '%2B')" -%}
    {%- endif -%}
    try_cast(
                nullif(
                    nullif(url_decode({{ value }}), '__HIVE_DEFAULT_PARTITION__'), ''
                ) as {{ dbt.type_string() if column.type == 'VARCHAR' else column.type }}
            )
{%- endmacro %}
