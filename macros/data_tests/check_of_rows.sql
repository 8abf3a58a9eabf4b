{#
    Checks of each row and of totals, in one scan.

    Args:
        table: its name in a sentence.
        conditions: pairs of what holds in each row and of what finds the rows that break it.
#}
{% macro check_of_rows(model, table, conditions, one_row, adds_up_to_one) %}
{# Of each check: a text before the number, one after 1 and one after other numbers, and the
   number if it fails. #}
{% set checks = [] %}
{% for condition, failure in conditions %}
    {% set query = 'select * from ' ~ model ~ ' where ' ~ failure %}
    {% do checks.append((
        table ~ ': ',
        ' row breaks the rule ' ~ condition ~ '. Find it with: ' ~ query,
        ' rows break the rule ' ~ condition ~ '. Find them with: ' ~ query,
        'nullif(count(case when ' ~ failure ~ ' then 1 end), 0)',
    )) %}
{% endfor %}
{% if one_row %}
    {% do checks.append((
        table ~ ' has ',
        ' row, expected exactly 1',
        ' rows, expected exactly 1',
        'case when count(*) <> 1 then count(*) end',
    )) %}
{% endif %}
{% if adds_up_to_one %}
    {% set total = 'sum(' ~ adds_up_to_one ~ ')' %}
    {% do checks.append((
        table ~ ': ' ~ adds_up_to_one ~ ' adds up to ',
        ' over all rows, expected 1',
        ' over all rows, expected 1',
        'case when abs(' ~ total ~ ' - 1) > 0.000001 then ' ~ total ~ ' end',
    )) %}
{% endif %}
select
    concat(
        before_number, found, case found when '1' then after_one else after_number end
    ) as problem
from (
    select
        checks.before_number,
        checks.after_one,
        checks.after_number,
        case checks.number
            {% for check in checks %}
            when {{ loop.index }} then counts.found_{{ loop.index }}
            {% endfor %}
        end as found
    from (
        select
            {% for before, one, after, found in checks %}
            cast({{ found }} as {{ dbt.type_string() }}) as found_{{ loop.index }}
            {{- ',' if not loop.last }}
            {% endfor %}
        from {{ model }}
    ) as counts
    cross join (
        values
        {% for before, one, after, found in checks %}
        (
            {{ loop.index }}, {{ text_literal(before) }}, {{ text_literal(one) }},
            {{ text_literal(after) }}
        )
        {{- ',' if not loop.last }}
        {% endfor %}
    ) as checks (number, before_number, after_one, after_number)
) as numbers
where found is not null
{% endmacro %}
