-- How far each day is from what the days before let expect.
with volumes as (
    select * from {{ ref('int_daily_volumes') }}
),

mixes as (
    select * from {{ ref('int_daily_mixes') }}
),

-- The nearer of the two references counts: a change that has lasted is no news, nor is
-- the return from an unusual day. Chance alone stays below `chance_distance` on 19 of
-- 20 days.
final as (
    select
        day_number,
        'interactions of the last day' as measure,
        interaction_count as value,
        expected_count as expected_value,
        greatest(interaction_count, expected_count) as compared_count,
        least(abs(beyond_week_before), abs(beyond_day_before))
            as distance,
        -- Two changes, of which one is a median of four.
        greatest(0.15, 1.96 * sqrt(1.6 / greatest(expected_count, 0.5)))
            as chance_distance
    from volumes
    union all
    select
        day_number,
        measure,
        new_share as value,
        new_share_before as expected_value,
        total as compared_count,
        least(distance_weeks, distance_day) as distance,
        greatest(
            0.05,
            sqrt(
                (degrees_of_freedom + 1.645 * sqrt(2 * degrees_of_freedom) + 1)
                * (1.0 / total + 1.0 / total_weeks_before)
            ) / 2
        ) as chance_distance
    from mixes
    where total_weeks_before > 0
)

select * from final
