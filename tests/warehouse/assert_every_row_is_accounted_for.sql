-- Nothing vanishes: rows of the raw log, counted anew in the files, plus lines that
-- could not be split = accepted + duplicates + rejected + filtered.
with readable as (
    select count(*) as row_count
    from {{ ref('stg_raw_log') }}
),

unreadable as (
    select count(*) as row_count
    from {{ ref('stg_log_rows') }}
    where reason = 'unreadable line'
),

accounted as (
    select sum(row_count) as row_count
    from {{ ref('row_accounting') }}
)

select
    accounted.row_count as accounted_row_count,
    readable.row_count + unreadable.row_count as raw_row_count
from readable
cross join unreadable
cross join accounted
where readable.row_count + unreadable.row_count <> accounted.row_count
