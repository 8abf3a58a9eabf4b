with pairs as (
    select * from {{ ref('int_customer_product_sides') }}
),

products as (
    select
        product_id,
        max(case when early_count > 0 then 1 else 0 end) as is_early,
        max(case when late_count > 0 then 1 else 0 end) as is_late
    from pairs
    group by product_id
),

product_figures as (
    select
        sum(is_early) as product_count,
        sum(is_late) as late_product_count,
        sum(is_early * is_late) as known_late_product_count
    from products
),

pair_figures as (
    select
        count(distinct case when early_count > 0 then customer_id end)
            as customer_count,
        count(distinct case when late_count > 0 then customer_id end)
            as late_customer_count,
        sum(early_count) as interaction_count,
        cast(
            sum(
                {{ pair_hash('customer_id', 'product_id', 'early_weight_sum') }}
            ) as {{ dbt.type_string() }}
        ) as log_fingerprint
    from pairs
),

final as (
    select
        pair_figures.log_fingerprint,
        cast(coalesce(pair_figures.interaction_count, 0) as bigint)
            as interaction_count,
        cast(pair_figures.customer_count as bigint) as customer_count,
        cast(pair_figures.late_customer_count as bigint) as late_customer_count,
        cast(coalesce(product_figures.product_count, 0) as bigint) as product_count,
        cast(coalesce(product_figures.late_product_count, 0) as bigint)
            as late_product_count,
        cast(coalesce(product_figures.known_late_product_count, 0) as bigint)
            as known_late_product_count
    from pair_figures
    cross join product_figures
)

select * from final
