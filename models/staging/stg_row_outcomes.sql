{{ config(materialized=growing(), incremental_strategy='append') }}

with log_rows as (
    select * from {{ ref('stg_log_rows') }}
),

counted as (
    select
        input_file,
        outcome,
        reason,
        count(*) as row_count
    from log_rows
    group by input_file, outcome, reason
)

select * from counted
