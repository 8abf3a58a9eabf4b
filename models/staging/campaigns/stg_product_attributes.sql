{#
    As stg_customer_attributes, of products. An attribute may have any name, so it is known by its place: attribute_1, attribute_2 ...;
    the names are those of attribute_columns.
#}
{% set input = describe_input('product_attributes') %}
{% set attributes = attribute_columns(input) %}
{{
    config(
        materialized='table',
        post_hook="{{ insert_unreadable_lines(describe_input('product_attributes')) }}",
    )
}}

-- depends_on: {{ source('raw', 'product_attributes') }}
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
        {{ input_value(input, 'product_name') }} as raw_product_name,
        {{ input_value(input, 'product_id') }} as raw_product_id
    from input_rows
),

parsed as (
    select
        *,
        nullif({{ trimmed('raw_product_name') }}, '') as product_name,
        {{ parse_id('raw_product_id') }} as product_id
    from renamed
),

judged as (
    select
        *,
        case
            when product_id is null
                then {{ defect('raw_product_id', 'product_id', 'uncastable') }}
        end as reason
    from parsed
),

final as (
    select
        {{ judged_input_columns(input, ['product_id']) }},
        {% for column in attributes %}
        attribute_{{ loop.index }},
        {% endfor %}
        product_name,
        product_id
    from judged
)

select * from final
