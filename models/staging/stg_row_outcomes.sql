{{ config(materialized=growing(), incremental_strategy='append') }}

{% set has_amounts = input_settings('log').amounts != [] %}

with log_rows as (
    select * from {{ ref('stg_log_rows') }}
),

counted as (
    select
        input_file,
        outcome,
        reason,
        count(*) as row_count,
        {% if has_amounts %}
        count(unreadable_amount) as unreadable_amount_count,
        min(unreadable_amount) as unreadable_amount
        {% else %}
        cast(0 as bigint) as unreadable_amount_count,
        cast(null as {{ dbt.type_string() }}) as unreadable_amount
        {% endif %}
    from log_rows
    group by input_file, outcome, reason
)

select * from counted
