-- At most the share `max_reject_share` of each side input has a flaw. No row of the
-- suppressions has: an unreadable opt-out would be ignored.
with inputs as (
    select
        *,
        case when input = 'suppressions' then 0 else {{ var('max_reject_share') }} end
            as tolerated_share
    from {{ ref('stg_side_input_rows') }}
),

counted as (
    select
        input,
        max(tolerated_share) as tolerated_share,
        count(*) as row_count,
        count(reason) as flawed_count,
        min(
            case
                when reason is not null
                    then
                        reason || ', for example line '
                        || cast(line_number as {{ dbt.type_string() }}) || ' of '
                        || input_file || ': ' || original_text
            end
        ) as example,
        max(
            {{ time_advice(
                'reason', json_value('original_text', 'contacted_at'), 'contacted_at',
                input_settings('contacts')
            ) }}
        ) as advice
    from inputs
    group by input
)

select
    input || ': ' || cast(flawed_count as {{ dbt.type_string() }}) || ' of '
    || cast(row_count as {{ dbt.type_string() }}) || ' rows cannot be used ('
    || example || '). Correct the rows, or the setting ' || input || case
        when example like 'unparseable c%' or example like 'unparseable revenue%'
            then ' (its decimal_mark and thousands_mark)'
        else ''
    end || '.' || coalesce(advice, '') as problem
from counted
where flawed_count > tolerated_share * row_count
