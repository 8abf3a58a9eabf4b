{#
    What holds in a table, as one test. It gives a sentence per check that fails, with the
    table, the number of rows and a query that finds them. All checks of single rows and of
    totals take one scan; a key and a ranking take another one each.

    Args:
        primary_key: columns that identify a row: never null, and no two rows share them.
        unique: columns that no two rows share, where some of them may be null.
        not_null: columns without nulls.
        accepted_values: by column, its values; nulls pass.
        accepted_range: a list of `columns` with `at_least`, `at_most` or both; nulls pass.
        expression_is_true: conditions of every row; a null fails.
        one_row: whether the table has exactly one row.
        adds_up_to_one: a column whose values add up to 1 over all rows.
        dense_rank: a `column` of ranks that run from 1 to the number of rows without gaps or
            ties, over the table or `within` each group of these columns. `most` is the largest
            number of rows of a group.

    A bound is a number or the name of a setting. A setting in braces would be part of what dbt
    parses: dbt would parse the project for each of its values.
#}
{% test checks(
    model,
    primary_key=[],
    unique=[],
    not_null=[],
    accepted_values={},
    accepted_range=[],
    expression_is_true=[],
    one_row=false,
    adds_up_to_one=none,
    dense_rank=none
) %}

{# Parsed quickly: dbt knows from its argument which table the test reads. #}
{% if execute %}

{% set conditions = [] %}
{% for column in primary_key + not_null %}
    {% do conditions.append((column ~ ' is not null', column ~ ' is null')) %}
{% endfor %}
{% for column, values in accepted_values.items() %}
    {% set listed = text_values(values) | replace('\n        ', ' ') %}
    {% set condition = column ~ ' in (' ~ listed ~ ')' %}
    {% do conditions.append((condition, 'not (' ~ condition ~ ')')) %}
{% endfor %}
{% for bounded in accepted_range %}
    {% set bounds = [] %}
    {% for comparison, bound in [('>=', 'at_least'), ('<=', 'at_most')] if bound in bounded %}
        {% set value = bounded[bound] %}
        {% do bounds.append(comparison ~ ' ' ~ (var(value) if value is string else value)) %}
    {% endfor %}
    {% for column in bounded['columns'] if bounds %}
        {% set condition = column ~ ' ' ~ bounds | join(' and ' ~ column ~ ' ') %}
        {% do conditions.append((condition, 'not (' ~ condition ~ ')')) %}
    {% else %}
        {{ exceptions.raise_compiler_error(
            'checks(' ~ model ~ '): accepted_range got ' ~ bounded
            ~ ', expected columns and at_least or at_most'
        ) }}
    {% endfor %}
{% endfor %}
{% for expression in expression_is_true %}
    {% set condition = expression | trim %}
    {% do conditions.append((condition, 'not coalesce(' ~ condition ~ ', false)')) %}
{% endfor %}

{# The test of a part of a table (config `where`) gets a query in place of a relation. #}
{% set name = model.schema ~ '.' ~ model.identifier if model.identifier else model %}
{% set table = 'Table ' ~ name %}
{% set has_check_of_rows = conditions or one_row or adds_up_to_one %}

{# Of each check of groups: a query of those that fail it, and what is said of one and of
   several. #}
{% set group_checks = [] %}
{% set key = (primary_key or unique) | join(', ') %}
{% if key %}
    {% do group_checks.append((
        'select ' ~ key ~ ' from ' ~ model ~ ' group by ' ~ key ~ ' having count(*) > 1',
        'value of ' ~ key ~ ' stands in several rows, expected one row',
        'values of ' ~ key ~ ' stand in several rows, expected one row each',
    )) %}
{% endif %}
{% if dense_rank %}
    {% set rank, most = dense_rank.column, dense_rank.most %}
    {% set most = var(most) if most is string else most %}
    {% set group = dense_rank.get('within', []) | join(', ') %}
    {% set failure = 'count(distinct ' ~ rank ~ ') <> count(*)' %}
    {# Up to 50 rows a sum per group is enough, and no engine has to hold every rank: n powers
       of two add up to 2^1 + ... + 2^n only if they are exactly these. #}
    {% if most and most <= 50 %}
        {% set failure = 'sum(power(cast(2 as double), ' ~ rank ~ '))'
            ~ ' <> power(cast(2 as double), count(*) + 1) - 2' %}
    {% endif %}
    {% do group_checks.append((
        'select ' ~ (group ~ ', ' if group) ~ 'count(*) as row_count from ' ~ model
        ~ (' group by ' ~ group if group) ~ ' having count(*) > 0 and ('
        ~ 'min(' ~ rank ~ ') <> 1 or max(' ~ rank ~ ') <> count(*) or ' ~ failure ~ ')',
        'ranking by ' ~ rank ~ ' does not run from 1 to its number of rows',
        'rankings by ' ~ rank ~ ' do not run from 1 to their number of rows',
    )) %}
{% endif %}
{% if not (has_check_of_rows or group_checks) or (primary_key and unique) %}
    {{ exceptions.raise_compiler_error(
        'checks(' ~ model ~ '): expected at least one check, and either primary_key or unique'
    ) }}
{% endif %}

{% if has_check_of_rows %}
{{ check_of_rows(model, table, conditions, one_row, adds_up_to_one) }}
{{ 'union all' if group_checks }}
{% endif %}
{% for query, one, several in group_checks %}
select
    concat(
        {{ text_literal(table ~ ': ') }},
        cast(count(*) as {{ dbt.type_string() }}),
        case count(*)
            when 1 then {{ text_literal(' ' ~ one ~ '. Find it with: ' ~ query) }}
            else {{ text_literal(' ' ~ several ~ '. Find them with: ' ~ query) }}
        end
    ) as problem
from ({{ query }}) as found_groups
having count(*) > 0
{{ 'union all' if not loop.last }}
{% endfor %}

{% endif %}

{% endtest %}
