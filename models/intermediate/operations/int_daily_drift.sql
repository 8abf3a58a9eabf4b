-- Today's distance in units of what this log itself usually shows.
with distances as (
    select * from {{ ref('int_daily_distances') }}
    where distance is not null
),

-- The distance that 19 of 20 earlier days have kept. Not the day before, which a wrong clock
-- also cuts.
usual as (
    select
        days.day_number,
        days.measure,
        count(*) as day_count,
        percentile_cont(0.95) within group (order by earlier.distance) as usual_distance
    from distances as days
    inner join distances as earlier
        on
            days.measure = earlier.measure
            and earlier.day_number between days.day_number + 2 and days.day_number + 57
    where days.day_number <= 31
    group by days.day_number, days.measure
),

final as (
    select
        distances.day_number,
        distances.measure,
        distances.value,
        distances.expected_value,
        distances.compared_count,
        coalesce(usual.day_count, 0) as history_day_count,
        case
            when usual.day_count > 0
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
