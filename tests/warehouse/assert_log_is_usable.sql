-- The log has rows, and at most the share `max_reject_share` of them is rejected; of
-- each file too, so that no day is lost in a long log. Later models wait for this test.
{% set tolerated = var('max_reject_share') %}
{% set settings = input_settings('log') %}

with outcomes_of_files as (
    select * from {{ ref('stg_row_outcomes') }}
),

outcomes as (
    select
        outcome,
        reason,
        sum(row_count) as row_count
    from outcomes_of_files
    group by outcome, reason
),

examples_of_files as (
    select
        input_file,
        reason,
        min(replace(original_text, chr(10), ' ')) as example
    from {{ ref('stg_rejected_rows') }}
    group by input_file, reason
),

examples as (
    select
        reason,
        min(example) as example
    from examples_of_files
    group by reason
),

files as (
    select
        input_file,
        sum(row_count) as row_count,
        sum(case when outcome = 'rejected' then row_count else 0 end) as rejected_count
    from outcomes_of_files
    group by input_file
),

-- Four standard deviations more than the tolerated count are no chance in a small file.
unusable_files as (
    select
        *,
        count(*) over () as file_count,
        row_number() over (
            order by rejected_count / row_count desc, row_count desc, input_file asc
        ) as file_rank
    from files
    where
        rejected_count
        > {{ tolerated }} * row_count + 4 * sqrt({{ tolerated }} * row_count)
),

reasons_of_worst_file as (
    select
        unusable_files.input_file,
        unusable_files.row_count,
        unusable_files.rejected_count,
        unusable_files.file_count,
        outcomes_of_files.reason,
        examples_of_files.example,
        row_number() over (
            order by outcomes_of_files.row_count desc, outcomes_of_files.reason asc
        ) as reason_rank
    from unusable_files
    inner join outcomes_of_files
        on unusable_files.input_file = outcomes_of_files.input_file
    inner join examples_of_files
        on
            outcomes_of_files.input_file = examples_of_files.input_file
            and outcomes_of_files.reason = examples_of_files.reason
    where
        unusable_files.file_rank = 1
        and outcomes_of_files.outcome = 'rejected'
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
        ) as cause,
        coalesce({{ time_advice(
            'most_common.reason', json_value('most_common.example', 'event_date'), 'event_date',
            settings
        ) }}, '') as time_advice
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

amounts as (
    select
        sum(row_count) as row_count,
        sum(unreadable_amount_count) as unreadable_count,
        min(left(unreadable_amount, 40)) as example,
        min(case when unreadable_amount_count > 0 then input_file end)
            as input_file
    from outcomes_of_files
    where outcome = 'accepted'
),

problems as (
    select
        'A quote near line ' || cast(line_number as {{ dbt.type_string() }}) || ' of '
        || input_file || ' is not closed, so the lines after it cannot be read.'
        || ' Close it, or remove the line.' as problem
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
                    || '. Does the mapping fit this log?'
                    || case
                        when time_advice = '' then ' ' || advice || '.'
                        else time_advice
                    end
            when accepted_count = 0
                then
                    log_path || ': the row filter sets every row aside. Correct'
                    || ' row_filter in the mapping.'
            when reject_share > {{ tolerated }}
                then
                    log_path || ': ' || {{ percent_text('reject_share') }} || ' of '
                    || cast(row_count as {{ dbt.type_string() }})
                    || ' rows were rejected' || cause
                    || ', at most {{ (100 * tolerated) | round(2) }} %'
                    || ' are tolerated.'
                    || case
                        when time_advice = ''
                            then ' ' || advice || ', or raise max_reject_share.'
                        else time_advice || ' Or raise max_reject_share.'
                    end
        end as problem
    from described
    where not exists (select 1 from open_quotes)
    union all
    select
        'The amounts of ' || cast(unreadable_count as {{ dbt.type_string() }}) || ' of '
        || cast(row_count as {{ dbt.type_string() }})
        || ' rows cannot be read, such as ' || example || ' in '
        || input_file || '; at most'
        || ' {{ (100 * tolerated) | round(2) }} % are tolerated. Name their marks'
        || ' (decimal_mark, thousands_mark), or another column.' as problem
    from amounts
    where unreadable_count > {{ tolerated }} * row_count
    union all
    select
        worst.input_file || ': '
        || cast(worst.rejected_count as {{ dbt.type_string() }})
        || ' of ' || cast(worst.row_count as {{ dbt.type_string() }})
        || ' rows were rejected (most often ' || worst.reason || ', for example '
        || worst.example || '), at most {{ (100 * tolerated) | round(2) }} %'
        || ' are tolerated, in each file'
        || case
            when worst.file_count = 1 then ''
            else
                ' (and '
                || cast(worst.file_count - 1 as {{ dbt.type_string() }})
                || ' more of its files have too many)'
        end
        || '. Correct the file or the mapping, or raise max_reject_share.'
        || {{ time_advice(
            'worst.reason', json_value('worst.example', 'event_date'), 'event_date',
            settings
        ) }} as problem
    from reasons_of_worst_file as worst
    cross join described
    where
        worst.reason_rank = 1
        and described.accepted_count > 0
        and described.reject_share <= {{ tolerated }}
        and not exists (select 1 from open_quotes)
)

select problem
from problems
where problem is not null
