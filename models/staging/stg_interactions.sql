{{ config(materialized=growing(), incremental_strategy='append') }}

{# A log without amounts need not compare them. #}
{% set has_amounts = input_settings('log').amounts != [] %}

-- The tests of these models stop a bad log before its rows are added.
-- depends_on: {{ ref('stg_row_outcomes') }}, {{ ref('stg_rejected_rows') }}
with log_rows as (
    select * from {{ ref('stg_log_rows') }}
),

-- Rows with the same customer, product, event, time, row id and amount are one event
-- written twice.
deduplicated as (
    select
        customer_id,
        product_id,
        event,
        event_at,
        row_id,
        {% if has_amounts %}
        revenue,
        unreadable_amount is not null as has_unreadable_amount
        {% else %}
        cast(null as decimal(18, 4)) as revenue,
        false as has_unreadable_amount
        {% endif %}
    from log_rows
    where outcome = 'accepted'
    group by
        customer_id,
        product_id,
        event,
        {% if has_amounts %}
        revenue,
        unreadable_amount is not null,
        {% endif %}
        event_at,
        row_id
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
                {% if has_amounts %}
                and earlier.revenue is not distinct from deduplicated.revenue
                and earlier.has_unreadable_amount = deduplicated.has_unreadable_amount
                {% endif %}
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
        revenue,
        has_unreadable_amount,
        cast({{ var('log_batch') }} as bigint) as batch
    from unknown
)

select * from final
