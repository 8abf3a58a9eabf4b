{#
    An id of a Parquet column as text, so that each id keeps one text and no two share one:
    whole numbers without decimals, bytes as the text that they are, or as the engine shows them
    where they are not UTF-8.

    Floating point numbers come from tools that have no missing whole numbers. Whole ones are
    read as such as far as the type tells each from the next; larger ones stay in scientific
    notation, which parse_id refuses. Not a number is a missing value.

    Args:
        column: SQL of the column.
        type: its type, in DuckDB's words.
#}
{% macro id_text(column, type) -%}
    {%- set text = 'cast(' ~ column ~ ' as ' ~ dbt.type_string() ~ ')' -%}
    {%- if type in ['FLOAT', 'DOUBLE'] -%}
    case
        when isnan({{ column }}) or abs({{ column }}) > 1e308 then null
        {#- From here on the type skips whole numbers. #}
        when abs({{ column }}) >= {{ 2 ** (24 if type == 'FLOAT' else 53) }}
            {#- Spark writes all numbers from ten million on in scientific notation. #}
            then {{ text if target.type == 'spark' else "format('{:.16e}', " ~ column ~ ')' }}
        when {{ column }} = floor({{ column }})
            then cast(cast({{ column }} as bigint) as {{ dbt.type_string() }})
        else {{ text }}
    end
    {%- elif type.startswith('DECIMAL') and not type.endswith(',0)') -%}
    {{ replaced(text, '[.]?0+$', '') }}
    {%- elif type in ['BLOB', 'BINARY'] and target.type == 'spark' -%}
    case
        when is_valid_utf8(cast({{ column }} as string)) then cast({{ column }} as string)
        else hex({{ column }})
    end
    {%- elif type in ['BLOB', 'BINARY'] -%}
    coalesce(try(decode({{ column }})), cast({{ column }} as text))
    {%- elif modules.re.search('^(STRUCT|MAP|UNION|ARRAY)|\\]$', type) -%}
    {{ exceptions.raise_compiler_error(
        'Column ' ~ column ~ ' is a ' ~ type ~ ', which is no id: name a column of numbers'
        ~ ' or texts, or give an expression.'
    ) }}
    {%- else -%}
    {{ text }}
    {%- endif -%}
{%- endmacro %}
