-- The shares of the features add up to the whole score.
with totals as (
    select
        count(*) as feature_count,
        sum(weight) as weight,
        sum(variance_share) as variance_share,
        sum(top_tenth_share) as top_tenth_share
    from {{ ref('score_composition') }}
)

select *
from totals
where
    feature_count > 0
    and (
        abs(weight - 1) > 0.000001
        or abs(variance_share - 1) > 0.000001
        or abs(top_tenth_share - 1) > 0.000001
    )
