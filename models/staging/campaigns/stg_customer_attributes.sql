{{
    config(
        materialized='table',
        post_hook="{{ insert_unreadable_lines(describe_input('customer_attributes')) }}",
    )
}}

-- depends_on: {{ source('raw', 'customer_attributes') }}
{{ attribute_rows('customer') }}
