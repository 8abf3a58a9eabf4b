{#
    The characters that belong to no value, as the inside of a class of a regular expression:
    Unicode's blanks and line ends, and characters that nothing shows (of width zero, soft
    hyphens, marks of direction). scripts/blanks.py has the same for Python.
#}
{% macro blank_characters() %}
    {{ return(
        '\\x{09}-\\x{0D}\\x{20}\\x{85}\\x{A0}\\x{AD}\\x{1680}\\x{180E}\\x{2000}-\\x{200F}'
        ~ '\\x{2028}-\\x{202F}\\x{205F}-\\x{2064}\\x{2066}-\\x{2069}\\x{3000}\\x{FEFF}'
    ) }}
{% endmacro %}


{# The same for a text that is known before a query runs, such as the name of a column. #}
{% macro stripped(text) %}
    {# Python writes a character as \x09 or \u2000. #}
    {% set characters = modules.re.sub('x\\{(..)\\}', 'x\\1', blank_characters()) %}
    {% set characters = modules.re.sub('x\\{(....)\\}', 'u\\1', characters) %}
    {{ return(modules.re.sub('^[' ~ characters ~ ']+|[' ~ characters ~ ']+$', '', text)) }}
{% endmacro %}


{# A value as text, without blanks and invisible characters around it. #}
{% macro trimmed(column) -%}
    {#- A regular expression: `trim` is ten times slower with as many characters. -#}
    {%- set pattern = '^[' ~ blank_characters() ~ ']+|[' ~ blank_characters() ~ ']+$' -%}
    {%- if target.type == 'spark' -%}
    regexp_replace(cast({{ column }} as string), r'{{ pattern }}', '')
    {%- else -%}
    regexp_replace(
        cast({{ column }} as {{ dbt.type_string() }}),
        '{{ pattern }}',
        '',
        'g'
    )
    {%- endif -%}
{%- endmacro %}


{#
    The same, null where nothing is left, or where it has a line break: no id and no event has
    one, but a value that begins with a quote that is not closed does.
#}
{% macro one_line(column) -%}
    case
        when {{ trimmed(column) }} like '%' || chr(10) || '%' then null
        else nullif({{ trimmed(column) }}, '')
    end
{%- endmacro %}
