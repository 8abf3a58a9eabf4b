{#
    A column has no nulls in any of several tables: one test for all steps of a calculation.

    Args:
        model: the first table.
        column: the column.
        tables: the others.
#}
{% test filled_column(model, column, tables) %}

with unfilled as (
    {% for table in [model] + tables %}
    select
        '{{ table.identifier }}' as table_name,
        count(*) as row_count
    from {{ table }}
    where {{ column }} is null
    {{ 'union all' if not loop.last }}
    {% endfor %}
)

select
    'Table ' || table_name || ': ' || cast(row_count as {{ dbt.type_string() }})
    || case row_count when 1 then ' row has' else ' rows have' end
    || ' no {{ column }}, expected one in each' as problem
from unfilled
where row_count > 0

{% endtest %}
