-- The log has rows, and at most the share `max_reject_share` of them is rejected. All
-- later models wait for this test.
with outcomes as (
    select
        outcome,
        reason,
        sum(row_count) as row_count
    from {{ ref('stg_row_outcomes') }}
    group by outcome, reason
),

examples as (
    select
        reason,
        min(replace(original_text, chr(10), ' ')) as example
    from {{ ref('stg_rejected_rows') }}
    group by reason
),

totals as (
    select
        coalesce(sum(row_count), 0) as row_count,
        coalesce(sum(case when outcome = 'accepted' then row_count end), 0)
            as accepted_count,
        coalesce(sum(case when outcome = 'rejected' then row_count end), 0)
            as rejected_count
    from outcomes
),

most_common as (
    select
        outcomes.reason,
        examples.example,
        row_number() over (
            order by outcomes.row_count desc, outcomes.reason asc
        ) as reason_rank
    from outcomes
    inner join examples on outcomes.reason = examples.reason
    where outcomes.outcome = 'rejected'
),

described as (
    select
        totals.row_count,
        totals.accepted_count,
        totals.rejected_count,
        {{ share('totals.rejected_count', 'totals.row_count') }} as reject_share,
        {{ text_literal(var('log')) }} as log_path,
        case
            when most_common.reason like 'rounded %'
                then
                    'Ids in scientific notation have lost digits, in a spreadsheet for'
                    || ' example: write the log again'
            when most_common.reason in ('missing customer_id', 'missing product_id')
                then
                    'If these rows may have no id, set them aside (row_filter); if the'
                    || ' word is an id, take it out of null_words'
            when most_common.reason like 'uncastable %'
                then
                    'If ids are text, set id_type: text; name words that mean no id'
                    || ' (null_words), or set their rows aside (row_filter)'
            when
                most_common.reason = 'unreadable line'
                and most_common.example like '%' || chr(92) || chr(34) || '%'
                and '{{ 'default' if var('escape') == '"' else 'other' }}' = 'default'
                then
                    'If quotes within values are written as ' || chr(92) || chr(34)
                    || ', set escape: ' || chr(92)
            when most_common.reason = 'unreadable line'
                then 'Correct the mapping (delimiter, escape, comment, encoding)'
            else 'Correct the mapping (time_format, encoding, delimiter)'
        end as advice,
        coalesce(
            ' (most often ' || most_common.reason || ', for example '
            || most_common.example || ')',
            ''
        ) as cause
    from totals
    left join most_common on most_common.reason_rank = 1
),

-- The reader takes the text up to the next quote as one value.
open_quotes as (
    select
        input_file,
        coalesce(line_number, row_in_input) as line_number
    from {{ ref('stg_log_rows') }}
    where
        reason = 'unreadable line'
        and (
            row_in_input is not null
            or (
                original_text like '%' || chr(10) || '%'
                and mod(
                    length(original_text) - length(replace(original_text, '"', '')), 2
                ) = 1
            )
        )
),

problems as (
    select
        'About line ' || cast(line_number as {{ dbt.type_string() }}) || ' of '
        || input_file
        || ' opens a quote that is not closed, so that lines after it cannot be read.'
        || ' Close the quote or remove the line.' as problem
    from open_quotes
    union all
    select
        case
            when row_count = 0
                then
                    log_path || ' has no rows: expected one per interaction, not only'
                    || ' a header.'
            when rejected_count > 0 and accepted_count = 0
                then
                    log_path || ': every row was rejected' || cause
                    || '. Does the mapping fit this log? ' || advice || '.'
            when accepted_count = 0
                then
                    log_path || ': the row filter sets every row aside. Correct'
                    || ' row_filter in the mapping.'
            when reject_share > {{ var('max_reject_share') }}
                then
                    log_path || ': ' || {{ percent_text('reject_share') }} || ' of '
                    || cast(row_count as {{ dbt.type_string() }})
                    || ' rows were rejected' || cause
                    || ', at most {{ (100 * var("max_reject_share")) | round(2) }} %'
                    || ' are tolerated. ' || advice || ', or raise max_reject_share.'
        end as problem
    from described
    where not exists (select 1 from open_quotes)
)

select problem
from problems
where problem is not null
