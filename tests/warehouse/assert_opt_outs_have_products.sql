{{ config(severity='warn') }}
-- Rows of events that opt customers out have a product: without one they are rejected.
with log_rows as (
    select * from {{ ref('stg_log_rows') }}
),

feedback_events as (
    select * from {{ ref('stg_feedback_events') }}
    where effect = 'opt_out'
),

lost as (
    select count(*) as row_count
    from log_rows
    inner join feedback_events on log_rows.event = feedback_events.event
    where
        log_rows.outcome = 'rejected'
        and log_rows.customer_id is not null
        and log_rows.product_id is null
)

select
    {{ counted('row_count', 'row') }}
    || ' of events that opt customers out (seeds/feedback_events.csv) have no product,'
    || ' so these customers stay in the lists: pass them in the setting suppressions.'
        as problem
from lost
where row_count > 0
