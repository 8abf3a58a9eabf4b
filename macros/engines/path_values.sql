{# The columns of path_columns, in a select list after `*`. #}
{% macro path_values(input) -%}
    {%- set added, replacing = [], [] -%}
    {%- for name, column in input.path_columns.items() -%}
        {%- set folder = '(?:^|/)' ~ modules.re.escape(column.key) ~ '=([^/]*)/' -%}
        {%- set text = 'regexp_extract(_input_file, ' ~ text_literal(folder) ~ ', 1)' -%}
        {%- if target.type == 'spark' -%}
        {%- set text = 'replace(' ~ text ~ ", '+', '%2B')" -%}
        {%- endif -%}
        {%- set value -%}
            try_cast(
                nullif(
                    nullif(url_decode({{ text }}), '__HIVE_DEFAULT_PARTITION__'), ''
                ) as {{ dbt.type_string() if column.type == 'VARCHAR' else column.type }}
            )
        {%- endset -%}
        {%- if column.files -%}
            {%- set value = 'case when _input_file in (' ~ text_values(column.files)
                ~ ') then ' ~ value ~ ' else ' ~ column_name(name) ~ ' end' -%}
        {%- endif -%}
        {%- do (replacing if column.files else added).append(
            value ~ ' as ' ~ column_name(name)
        ) -%}
    {%- endfor -%}
    {%- if replacing %} replace (
                {{ replacing | join(',\n                ') }}
            )
    {%- endif -%}
    {%- for value in added -%}
    ,
            {{ value }}
    {%- endfor -%}
{%- endmacro %}
