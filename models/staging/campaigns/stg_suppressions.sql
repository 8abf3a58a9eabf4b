{% set input = describe_input('suppressions') %}
{{
    config(
        materialized='table',
        post_hook="{{ insert_unreadable_lines(describe_input('suppressions')) }}",
    )
}}

-- depends_on: {{ source('raw', 'suppressions') }}
with suppressions as (
    {{ read_input(input) }}
),

renamed as (
    select
        _input_file as input_file,
        _row_in_input as row_in_input,
        {{ input_value(input, 'customer_id') }} as raw_customer_id
    from suppressions
),

-- Opt-outs noted by `make suppress`.
noted as (
    {{ kept_rows('suppressions/*', {'customer_id': dbt.type_string()}) }}
),

combined as (
    select
        input_file,
        row_in_input,
        raw_customer_id
    from renamed
    union all
    select
        'make suppress' as input_file,
        cast(null as bigint) as row_in_input,
        customer_id as raw_customer_id
    from noted
    -- Others were noted for another log.
    where {{ parse_id('customer_id') }} is not null
),

parsed as (
    select
        *,
        {{ parse_id('raw_customer_id') }} as customer_id
    from combined
),

judged as (
    select
        *,
        case
            when customer_id is null
                then {{ defect('raw_customer_id', 'customer_id', 'uncastable') }}
        end as reason
    from parsed
),

final as (
    select
        {{ judged_input_columns(input, ['customer_id']) }},
        customer_id
    from judged
)

select * from final
