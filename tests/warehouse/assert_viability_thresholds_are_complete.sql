-- Every requirement has a threshold, and `clearly_viable_from` is not below it.
{% set requirements = [
    'returning customers',
    'repeat interactions',
    'catalogue stability',
    'matrix density',
    'list precision',
] %}

with thresholds as (
    select * from {{ ref('viability_thresholds') }}
),

totals as (
    select
        count(
            case
                when
                    requirement in (
                        {{ text_values(requirements) }}
                    )
                    and coalesce(clearly_viable_from, minimum) >= minimum
                    then 1
            end
        ) as good_count,
        count(*) as threshold_count
    from thresholds
)

select
    'seeds/viability_thresholds.csv: expected one row for each of'
    || ' {{ requirements | join(", ") }}, with clearly_viable_from empty or'
    || ' not below minimum.' as problem
from totals
where
    good_count <> {{ requirements | length }}
    or threshold_count <> {{ requirements | length }}
