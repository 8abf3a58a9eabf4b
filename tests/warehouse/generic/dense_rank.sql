{#
    Ranks run from 1 to the number of rows without gaps or ties, over the table or within each
    group.

    Args:
        within: the column of the group, or several separated by commas.
        most: the largest number of rows of a group. Up to 50, a sum per group is enough, and
            no engine has to hold every rank: n powers of two add up to 2^1 + ... + 2^n only
            if they are exactly these.
#}
{% test dense_rank(model, column_name, within=none, most=none) %}

select
    {{ within ~ ',' if within }}
    count(*) as row_count,
    min({{ column_name }}) as first_rank,
    max({{ column_name }}) as last_rank
from {{ model }}
{{ 'group by ' ~ within if within }}
having
    count(*) > 0
    and (
        min({{ column_name }}) <> 1
        or max({{ column_name }}) <> count(*)
        {% if most is not none and most | int <= 50 %}
        or sum(power(cast(2 as double), {{ column_name }}))
        <> power(cast(2 as double), count(*) + 1) - 2
        {% else %}
        or count(distinct {{ column_name }}) <> count(*)
        {% endif %}
    )

{% endtest %}
