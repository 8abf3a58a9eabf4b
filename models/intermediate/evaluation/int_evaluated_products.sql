with relevant_customers as (
    select * from {{ ref('int_relevant_customers') }}
),

counted as (
    select
        population,
        slice_by,
        slice,
        product_id,
        count(*) as relevant_count,
        count(case when is_reachable then 1 end) as reachable_count
    from relevant_customers
    group by population, slice_by, slice, product_id
)

select * from counted
