{#
    Ranks run from 1 without gaps or ties, over the table or within each group: as many
    ranks as rows, the first 1, the last the number of rows.
#}
{% test dense_rank(model, column_name, within=none) %}

select
    {{ within ~ ',' if within }}
    count(*) as row_count,
    count(distinct {{ column_name }}) as rank_count,
    min({{ column_name }}) as first_rank,
    max({{ column_name }}) as last_rank
from {{ model }}
{{ 'group by ' ~ within if within }}
having
    count(*) > 0
    and (
        count(distinct {{ column_name }}) <> count(*)
        or min({{ column_name }}) <> 1
        or max({{ column_name }}) <> count(*)
    )

{% endtest %}
