-- Events, hours, customers and products of each day, and those of the days before.
with counts as (
    select * from {{ ref('int_daily_counts') }}
),

-- Only days with interactions; a larger number is an earlier day.
days as (
    select day_number
    from counts
    where measure = 'event mix of the last day'
    group by day_number
),

parts as (
    select distinct
        measure,
        part
    from counts
),

filled as (
    select
        days.day_number,
        parts.measure,
        parts.part,
        coalesce(counts.part_count, 0) as part_count
    from days
    cross join parts
    left join counts
        on
            days.day_number = counts.day_number
            and parts.measure = counts.measure
            and parts.part = counts.part
),

referenced as (
    select
        *,
        lead(part_count) over (
            partition by measure, part
            order by day_number
        ) as part_count_day_before,
        sum(part_count) over (
            partition by measure, part
            order by day_number
            range between 1 following and 28 following
        ) as part_count_weeks_before
    from filled
),

shared as (
    select
        *,
        {% for count in [
            'part_count', 'part_count_day_before', 'part_count_weeks_before'
        ] %}
        cast({{ count }} as double) / nullif(sum({{ count }}) over each_day, 0)
            as {{ count.replace('part_count', 'share') }},
        {% endfor %}
        sum(part_count) over each_day as total,
        sum(part_count_weeks_before) over each_day as total_weeks_before
    from referenced
    window each_day as (partition by measure, day_number)
),

-- Hellinger's distance of two distributions, but for a factor: chance moves all its
-- parts alike, the rare ones too.
mixes as (
    select
        day_number,
        measure,
        max(total) as total,
        max(total_weeks_before) as total_weeks_before,
        max(case when part = 'new' then share end) as new_share,
        max(case when part = 'new' then share_weeks_before end) as new_share_before,
        round(sqrt(sum(power(sqrt(share) - sqrt(share_weeks_before), 2))), 9)
            as distance_weeks,
        round(sqrt(sum(power(sqrt(share) - sqrt(share_day_before), 2))), 9)
            as distance_day,
        sum(case when part_count > 0 or part_count_weeks_before > 0 then 1 end) - 1
            as degrees_of_freedom
    from shared
    group by day_number, measure
)

select * from mixes
