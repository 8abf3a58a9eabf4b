{#
    A sentence about the listed opt-outs that are no customers of the log, where there are
    more than a share of them; for tests.
#}
{% macro unknown_opt_outs(tolerated_share, advice) %}
with counted as (
    select
        count(*) as row_count,
        count(case when not is_customer then 1 end) as unknown_count,
        count(difference) as similar_count,
        min(difference) as difference
    from {{ ref('int_listed_opt_outs') }}
)

select
    'suppressions: ' || {{ whole_number_text('unknown_count') }} || ' of '
    || {{ whole_number_text('row_count') }} || ' opt-outs are no customers of the log'
    || case
        when similar_count > 0
            then
                ', and ' || {{ whole_number_text('similar_count') }}
                || ' of these differ from one only in ' || difference
                || ': they would be contacted'
        else ''
    end || '. ' || {{ text_literal(advice) }} as problem
from counted
where unknown_count > {{ tolerated_share }} * row_count
{% endmacro %}
