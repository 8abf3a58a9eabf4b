{#
    Why a value that came out as null cannot be used: `missing <column>` where the raw value
    is null or nothing but blanks, else `<defect> <column>`.
#}
{% macro defect(raw_column, column, defect) -%}
    case
        when coalesce(trim(cast({{ raw_column }} as {{ dbt.type_string() }})), '') = ''
            then 'missing {{ column }}'
        else '{{ defect }} {{ column }}'
    end
{%- endmacro %}
