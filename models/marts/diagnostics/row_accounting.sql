with log_accounted as (
    select * from {{ ref('int_log_accounting') }}
),

rejected_rows as (
    select * from {{ ref('stg_rejected_rows') }}
),

unknown_opt_outs as (
    select * from {{ ref('int_listed_opt_outs') }}
    where not is_customer
),

side_input_rows as (
    select
        input_rows.input,
        input_rows.outcome,
        input_rows.input_file,
        input_rows.line_number,
        input_rows.original_text,
        case
            when unknown_opt_outs.line_number is not null
                then 'usable, but not in the log'
            else coalesce(input_rows.reason, 'usable')
        end as reason
    from {{ ref('stg_side_input_rows') }} as input_rows
    left join unknown_opt_outs
        on
            input_rows.input = 'suppressions'
            and input_rows.input_file = unknown_opt_outs.input_file
            and input_rows.line_number = unknown_opt_outs.line_number
),

accounted as (
    select
        'log' as input,
        outcome,
        reason,
        row_count
    from log_accounted
    union all
    select
        input,
        outcome,
        reason,
        count(*) as row_count
    from side_input_rows
    group by input, outcome, reason
),

rejected_with_place as (
    select
        'log' as input,
        reason,
        input_file,
        line_number,
        original_text
    from rejected_rows
    union all
    select
        input,
        reason,
        input_file,
        line_number,
        original_text
    from side_input_rows
    where outcome = 'rejected'
),

suppressed_customers as (
    select * from {{ ref('int_suppressed_customers') }}
),

suppressed_count as (
    select count(*) as customer_count
    from suppressed_customers
),

of_customers as (
    select
        *,
        {{ json_value('original_text', 'customer_id') }} as raw_customer_id
    from rejected_with_place
),

identified as (
    select
        *,
        {{ parse_id('raw_customer_id') }} as customer_id
    from of_customers
),

-- The text of a row shows its customer, and in a value of several lines (\n or \r in
-- JSON) perhaps other rows. Once a customer has opted out, only rows that surely belong
-- to another customer, or to none, are shown.
presentable as (
    select identified.*
    from identified
    cross join suppressed_count
    left join suppressed_customers
        on identified.customer_id = suppressed_customers.customer_id
    where
        suppressed_count.customer_count = 0
        or identified.input = 'product_attributes'
        or (
            identified.customer_id is not null
            and {{ dbt.position("chr(92) || 'n'", 'identified.original_text') }} = 0
            and {{ dbt.position("chr(92) || 'r'", 'identified.original_text') }} = 0
            and suppressed_customers.customer_id is null
        )
),

ranked_examples as (
    select
        input,
        reason,
        input_file,
        line_number,
        original_text,
        row_number() over (
            partition by input, reason
            order by input_file asc, line_number asc, original_text asc
        ) as example_rank
    from presentable
),

final as (
    select
        cast(accounted.input as {{ dbt.type_string() }}) as input,
        cast(accounted.outcome as {{ dbt.type_string() }}) as outcome,
        cast(accounted.reason as {{ dbt.type_string() }}) as reason,
        cast(accounted.row_count as bigint) as row_count,
        {{ share(
            'accounted.row_count',
            'sum(accounted.row_count) over (partition by accounted.input)',
        ) }}
            as row_share,
        cast(ranked_examples.input_file as {{ dbt.type_string() }}) as example_file,
        cast(ranked_examples.line_number as bigint) as example_line,
        cast(ranked_examples.original_text as {{ dbt.type_string() }}) as example_text
    from accounted
    left join ranked_examples
        on
            accounted.input = ranked_examples.input
            and accounted.reason = ranked_examples.reason
            and ranked_examples.example_rank = 1
)

select * from final
