{#
    Why a value that was parsed to null cannot be used: `missing <column>` where the raw value
    is null or blank, `unreadable line` where it spans lines (it begins with a quote that is
    not closed), else `<defect> <column>`.
#}
{% macro defect(raw_column, column, defect) -%}
    case
        when coalesce({{ trimmed(raw_column) }}, '') = '' then 'missing {{ column }}'
        when {{ trimmed(raw_column) }} like '%' || chr(10) || '%' then 'unreadable line'
        else '{{ defect }} {{ column }}'
    end
{%- endmacro %}
