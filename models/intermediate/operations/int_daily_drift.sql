-- Today's distance in units of what this log itself usually shows.
with distances as (
    select * from {{ ref('int_daily_distances') }}
),

-- The distance that 19 of 20 earlier days have kept. Not the day before, which a wrong
-- clock also cuts.
usual as (
    select
        judged.day_number,
        judged.measure,
        count(earlier.distance) as earlier_day_count,
        percentile_cont(0.95) within group (order by earlier.distance)
            as usual_distance
    from distances as judged
    inner join distances as earlier
        on
            judged.measure = earlier.measure
            and earlier.day_number - judged.day_number between 2 and 57
    where judged.day_number <= 31
    group by judged.day_number, judged.measure
),

final as (
    select
        distances.day_number,
        distances.measure,
        distances.value,
        distances.expected_value,
        distances.compared_count,
        coalesce(usual.earlier_day_count, 0) as history_day_count,
        case
            when usual.earlier_day_count > 0
                then
                    distances.distance
                    / greatest(usual.usual_distance, distances.chance_distance)
        end as drift
    from distances
    left join usual
        on
            distances.day_number = usual.day_number
            and distances.measure = usual.measure
    where distances.day_number <= 31
)

select * from final
