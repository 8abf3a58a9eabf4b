{{
    config(
        materialized='table',
        post_hook="{{ insert_unreadable_lines(describe_input('product_attributes')) }}",
    )
}}

-- depends_on: {{ source('raw', 'product_attributes') }}
{{ attribute_rows('product') }}
