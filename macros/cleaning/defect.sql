{#
    Why a value that was parsed to null cannot be used: `missing <column>` where the raw value
    is null or blank, or the id is a word of the setting `null_words`; `unreadable line` where
    it spans lines (it begins with a quote that is not closed); `rounded <column>` where an id
    has lost digits; else `<defect> <column>`.
#}
{% macro defect(raw_column, column, defect) -%}
    case
        when
            {% if column.endswith('_id') %}{{ is_missing(raw_column) }}
            {% else %}coalesce({{ trimmed(raw_column) }}, '') = ''
            {% endif %}
            then 'missing {{ column }}'
        when {{ trimmed(raw_column) }} like '%' || chr(10) || '%' then 'unreadable line'
        {%- if column.endswith('_id') %}
        when {{ matches(trimmed(raw_column), no_id_patterns().rounded) }}
            then 'rounded {{ column }}'
        {%- endif %}
        else '{{ defect }} {{ column }}'
    end
{%- endmacro %}
