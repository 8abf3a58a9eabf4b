{#
    The columns identify a row: their values are never null, and no two rows share them. One
    node in place of a test per column.

    Args:
        columns: of the key.
        also_not_null: further columns without nulls.
#}
{% test primary_key(model, columns, also_not_null=[]) %}

select
    {{ columns | join(', ') }},
    count(*) as row_count
from {{ model }}
group by {{ columns | join(', ') }}
having count(*) > 1

union all

select
    {{ columns | join(', ') }},
    1 as row_count
from {{ model }}
where {{ (columns + also_not_null) | join(' is null or ') }} is null

{% endtest %}
