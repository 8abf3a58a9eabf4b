{#
    Why a value that was parsed to null cannot be used: `missing <column>` where the raw value
    is null or blank, or an id is a word of the setting `null_words`; `unreadable line` where
    it spans lines (it begins with a quote that is not closed); `rounded <column>` where an id
    has lost digits; else `<defect> <column>`.
#}
{% macro defect(raw_column, column, defect) -%}
    {%- set is_id = column.endswith('_id') -%}
    case
        when
            {{ is_missing(raw_column) if is_id
                else "coalesce(" ~ trimmed(raw_column) ~ ", '') = ''" }}
            then 'missing {{ column }}'
        when {{ trimmed(raw_column) }} like '%' || chr(10) || '%' then 'unreadable line'
        {%- if is_id %}
        when {{ matches(trimmed(raw_column), rounded_pattern()) }}
            then 'rounded {{ column }}'
        {%- endif %}
        else '{{ defect }} {{ column }}'
    end
{%- endmacro %}
