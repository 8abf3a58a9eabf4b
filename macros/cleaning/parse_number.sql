{#
    A number from text, or null where it is none: `12`, `-0.5` and `1e-3` are valid; `1_000`,
    `nan` and `infinity`, which a plain cast accepts, are not.

    Args:
        written: settings of an input, with the marks of its numbers.
#}
{% macro parse_number(column, written={}) -%}
    {%- set text = plain_number(column, written) -%}
    case
        when
            {{ matches(
                text,
                '[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]{1,2})?'
            ) }}
            then try_cast({{ text }} as double)
    end
{%- endmacro %}


{#
    A number as SQL writes it, from one with other marks: `1.234,50` is 1234.50. Null where
    the marks do not fit.
#}
{% macro plain_number(column, written) -%}
    {%- set decimal = written.get('decimal_mark', '.') -%}
    {%- set thousands = written.get('thousands_mark', '') -%}
    {%- if (decimal, thousands) == ('.', '') -%}
    {{ trimmed(column) }}
    {%- else -%}
    {#- A blank may be one that does not break, and an apostrophe a curly one. -#}
    {%- set marks = {' ': ' \u00a0\u202f', "'": "'\u2019"}.get(thousands, thousands) -%}
    {%- set digits = '[0-9]+' -%}
    {%- if thousands -%}
        {%- set digits = '([0-9]+|[0-9]{1,3}([' ~ marks ~ '][0-9]{3})+)' -%}
    {%- endif -%}
    case
        when
            {{ matches(
                trimmed(column),
                '[+-]?(' ~ digits ~ '([' ~ decimal ~ '][0-9]*)?|[' ~ decimal
                ~ '][0-9]+)([eE][+-]?[0-9]{1,2})?'
            ) }}
            then
                replace(
                    translate({{ trimmed(column) }}, {{ text_literal(marks) }}, ''),
                    '{{ decimal }}',
                    '.'
                )
    end
    {%- endif -%}
{%- endmacro %}
