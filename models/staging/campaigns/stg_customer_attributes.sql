{#
    An attribute may have any name, so it is known by its place: attribute_1, attribute_2 ...;
    the names are those of attribute_columns.
#}
{% set input = describe_input('customer_attributes') %}
{% set attributes = attribute_columns(input) %}
{{
    config(
        materialized='table',
        post_hook="{{ insert_unreadable_lines(describe_input('customer_attributes')) }}",
    )
}}

-- depends_on: {{ source('raw', 'customer_attributes') }}
with input_rows as (
    {{ read_input(input) }}
),

renamed as (
    select
        _input_file as input_file,
        _row_in_input as row_in_input,
        {% for column in attributes.values() %}
        nullif({{ trimmed(column_name(column)) }}, '') as attribute_{{ loop.index }},
        {% endfor %}
        {{ input_value(input, 'customer_id') }} as raw_customer_id
    from input_rows
),

parsed as (
    select
        *,
        {{ parse_id('raw_customer_id') }} as customer_id
    from renamed
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
        {% for column in attributes %}
        attribute_{{ loop.index }},
        {% endfor %}
        customer_id
    from judged
)

select * from final
