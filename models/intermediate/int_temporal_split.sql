with origins as (
    select * from {{ ref('int_rolling_origins') }}
),

-- One row whatever the log: null where it has no interaction.
split as (
    select max(split_at) as split_at
    from origins
    where is_split
)

select * from split
