{{ config(materialized=growing(), incremental_strategy='append') }}

-- The tests of these models stop a bad log before its rows are added.
-- depends_on: {{ ref('stg_row_outcomes') }}, {{ ref('stg_rejected_rows') }}
with log_rows as (
    select * from {{ ref('stg_log_rows') }}
),

-- Rows with the same customer, product, event, time and row id are one event written
-- twice.
deduplicated as (
    select
        customer_id,
        product_id,
        event,
        event_at,
        row_id
    from log_rows
    where outcome = 'accepted'
    group by customer_id, product_id, event, event_at, row_id
),

unknown as (
    select deduplicated.*
    from deduplicated
    {% if is_incremental() %}
    where
        not exists (
            select 1
            from {{ this }} as earlier
            where
                earlier.customer_id = deduplicated.customer_id
                and earlier.product_id = deduplicated.product_id
                and earlier.event = deduplicated.event
                and earlier.event_at = deduplicated.event_at
                and coalesce(earlier.row_id, '') = coalesce(deduplicated.row_id, '')
        )
    {% endif %}
),

final as (
    select
        customer_id,
        product_id,
        event,
        event_at,
        row_id,
        cast({{ var('log_batch') }} as bigint) as batch
    from unknown
)

select * from final
