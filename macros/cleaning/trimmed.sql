{# A value as text, without blanks, tabs, line ends and no-break spaces around it. #}
{% macro trimmed(column) -%}
    trim(
        both ' ' || chr(9) || chr(10) || chr(13) || chr(160)
        from cast({{ column }} as {{ dbt.type_string() }})
    )
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
