{{ config(materialized=growing(), incremental_strategy='append') }}

{% set log = describe_input('log') %}

with log_rows as (
    select * from {{ ref('stg_log_rows') }}
),

file_starts as (
    select
        input_file,
        min(row_in_input) - 1 as rows_before_file
    from log_rows
    group by input_file
),

rejected as (
    select
        log_rows.input_file,
        log_rows.line_number,
        log_rows.reason,
        log_rows.original_text,
        log_rows.row_in_input - file_starts.rows_before_file as row_in_file
    from log_rows
    inner join file_starts on log_rows.input_file = file_starts.input_file
    where log_rows.outcome = 'rejected'
),

-- The reader gives the line number of each line that it cannot split. All other rows
-- follow each other: the n-th unreadable line comes before row
-- `line - header - (n - 1)`.
placed as (
    select
        *,
        coalesce(
            row_in_file,
            line_number - {{ log.header_lines }} + 1 - row_number() over (
                partition by input_file, row_in_file is null
                order by line_number
            )
        ) as place_in_file
    from rejected
),

numbered as (
    select
        *,
        count(line_number) over (
            partition by input_file
            order by place_in_file, line_number nulls last
            rows between unbounded preceding and current row
        ) as unreadable_lines_before
    from placed
),

final as (
    select
        input_file,
        cast(
            coalesce(
                line_number,
                row_in_file + {{ log.header_lines }} + unreadable_lines_before
            )
            as bigint
        ) as line_number,
        reason,
        original_text
    from numbered
)

select * from final
