-- A row counts as a duplicate exactly if an equal row was accepted: over all groups of
-- equal rows, all but one.
with repeats as (
    select coalesce(sum(group_sizes.row_count - 1), 0) as row_count
    from (
        select count(*) as row_count
        from {{ ref('stg_log_rows') }}
        where outcome = 'accepted'
        group by customer_id, product_id, event, event_at
    ) as group_sizes
),

accounted as (
    select row_count
    from {{ ref('row_accounting') }}
    where outcome = 'duplicate'
)

select
    repeats.row_count as repeat_count,
    accounted.row_count as accounted_count
from repeats
cross join accounted
where repeats.row_count <> accounted.row_count
