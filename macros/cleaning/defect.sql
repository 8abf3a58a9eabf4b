{#
    Why a value that came out as null cannot be used: `missing <column>` where the raw value
    is null or nothing but blanks, `unreadable line` where it spans lines (it began with a
    quote that nobody closed), else `<defect> <column>`.
#}
{% macro defect(raw_column, column, defect) -%}
    case
        when coalesce({{ trimmed(raw_column) }}, '') = '' then 'missing {{ column }}'
        when {{ trimmed(raw_column) }} like '%' || chr(10) || '%' then 'unreadable line'
        else '{{ defect }} {{ column }}'
    end
{%- endmacro %}
