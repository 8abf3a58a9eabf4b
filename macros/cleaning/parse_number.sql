{#
    A number from text, or null where it is none: `12`, `-0.5` and `1e-3` are valid; `1_000`,
    `nan` and `infinity`, which a plain cast accepts, are not.
#}
{% macro parse_number(column) -%}
    case
        when
            {{ matches(
                trimmed(column),
                '[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]{1,2})?'
            ) }}
            then try_cast({{ trimmed(column) }} as double)
    end
{%- endmacro %}
