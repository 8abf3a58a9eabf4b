{# A table, because the releases that it reads are removed later. #}
{{ config(materialized='table') }}

with customers as (
    {{ earlier_rows('customers', {
        'customer_id': id_type(),
        'engagement_rank': 'bigint',
    }) }}
),

top as (
    select * from customers
    where engagement_rank <= 100
)

select * from top
