-- The calendar runs from the day of the first interaction to that of the reference
-- time.
with calendar as (
    select
        count(*) as day_count,
        min(calendar_date) as first_date,
        max(calendar_date) as last_date
    from {{ ref('calendar_days') }}
),

profile as (
    select
        cast(first_interaction_at as date) as first_date,
        cast(as_of_at as date) as last_date,
        1 + {{ dbt.datediff(
            'first_interaction_at', 'as_of_at', 'day'
        ) }} as day_count
    from {{ ref('dataset_profile') }}
)

select
    calendar.day_count,
    calendar.first_date,
    calendar.last_date
from calendar
cross join profile
where
    calendar.first_date <> profile.first_date
    or calendar.last_date <> profile.last_date
    or calendar.day_count <> profile.day_count
