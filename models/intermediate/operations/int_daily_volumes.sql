-- Interactions of each day, and what the days before let expect.
with counts as (
    select * from {{ ref('int_daily_counts') }}
),

counted as (
    select
        day_number,
        sum(part_count) as interaction_count
    from counts
    where measure = 'event mix of the last day'
    group by day_number
),

-- Days without interactions too: their files may be missing. A larger number is an
-- earlier day.
calendar as (
    select {{ each_number(0, 'last_day') }} as day_number
    from (select max(day_number) as last_day from counted) as bounds
),

-- A ratio needs a number: no interaction counts as half of one.
days as (
    select
        calendar.day_number,
        coalesce(counted.interaction_count, 0) as interaction_count,
        coalesce(counted.interaction_count, 0.5) as compared_count
    from calendar
    left join counted on calendar.day_number = counted.day_number
),

-- A day next to the seven days before it, and next to the day before.
growth as (
    select
        *,
        avg(interaction_count) over (
            order by day_number
            range between 1 following and 7 following
        ) as week_before,
        ln(
            compared_count / nullif(avg(interaction_count) over (
                order by day_number
                range between 1 following and 7 following
            ), 0)
        ) as since_week_before,
        ln(
            cast(compared_count as double)
            / lead(compared_count) over (order by day_number)
        ) as since_day_before
    from days
),

-- The same of this weekday in the four weeks before. A median, so that one unusual week
-- does not count.
same_weekdays as (
    select
        growth.day_number,
        percentile_cont(0.5) within group (order by earlier.since_week_before)
            as since_week_before,
        percentile_cont(0.5) within group (order by earlier.since_day_before)
            as since_day_before
    from growth
    inner join growth as earlier
        on earlier.day_number - growth.day_number in (7, 14, 21, 28)
    where earlier.since_week_before is not null
    group by growth.day_number
    having count(*) >= 2
),

volumes as (
    select
        growth.day_number,
        growth.interaction_count,
        round(growth.week_before * exp(same_weekdays.since_week_before), 3)
            as expected_count,
        -- Not more digits than engines agree on.
        round(growth.since_week_before - same_weekdays.since_week_before, 9)
            as beyond_week_before,
        round(growth.since_day_before - same_weekdays.since_day_before, 9)
            as beyond_day_before
    from growth
    left join same_weekdays on growth.day_number = same_weekdays.day_number
)

select * from volumes
