with customers as (
    select * from {{ ref('int_customer_features') }}
),

products as (
    select * from {{ ref('products') }}
),

log_window as (
    select * from {{ ref('int_log_window') }}
),

temporal_split as (
    select * from {{ ref('int_temporal_split') }}
),

sided_customers as (
    select
        customers.total_interactions,
        customers.first_interaction_at < temporal_split.split_at as is_early,
        customers.last_interaction_at >= temporal_split.split_at as is_late
    from customers
    cross join temporal_split
),

sided_products as (
    select
        products.first_interaction_at < temporal_split.split_at as is_early,
        products.last_interaction_at >= temporal_split.split_at as is_late
    from products
    cross join temporal_split
),

customer_figures as (
    select
        count(*) as customer_count,
        sum(total_interactions) as interaction_count,
        count(case when is_early then 1 end) as early_customer_count,
        count(case when is_late then 1 end) as late_customer_count,
        count(case when is_early and is_late then 1 end) as returning_customer_count,
        count(case when total_interactions = 1 then 1 end) as one_time_customer_count,
        count(case when total_interactions between 2 and 5 then 1 end)
            as low_activity_customer_count,
        count(case when total_interactions > 5 then 1 end) as power_customer_count,
        median(total_interactions) as median_interactions_per_customer
    from sided_customers
),

product_figures as (
    select
        count(*) as product_count,
        count(case when is_early then 1 end) as early_product_count,
        count(case when is_late then 1 end) as late_product_count,
        count(case when is_late and not is_early then 1 end) as new_product_count
    from sided_products
),

figures as (
    select
        customer_figures.*,
        product_figures.*,
        log_window.*,
        temporal_split.*
    from customer_figures
    cross join product_figures
    cross join log_window
    cross join temporal_split
    -- An aggregate without rows still gives a row; an empty log has no profile.
    where customer_figures.customer_count > 0
),

final as (
    select
        cast(interaction_count as bigint) as interaction_count,
        cast(customer_count as bigint) as customer_count,
        cast(product_count as bigint) as product_count,
        cast(
            1
            - cast(interaction_count as double)
            / (cast(customer_count as double) * cast(product_count as double))
            as double
        ) as sparsity,
        cast(first_interaction_at as timestamp) as first_interaction_at,
        cast(last_interaction_at as timestamp) as last_interaction_at,
        cast(as_of_at as timestamp) as as_of_at,
        cast(split_at as timestamp) as split_at,
        cast(early_customer_count as bigint) as early_customer_count,
        cast(late_customer_count as bigint) as late_customer_count,
        cast(returning_customer_count as bigint) as returning_customer_count,
        {{ share('returning_customer_count', 'early_customer_count') }}
            as retention_rate,
        {{ share('returning_customer_count', 'late_customer_count') }}
            as returning_share_of_late,
        cast(early_product_count as bigint) as early_product_count,
        cast(late_product_count as bigint) as late_product_count,
        cast(new_product_count as bigint) as new_product_count,
        {{ share('new_product_count', 'late_product_count') }} as new_product_share,
        cast(one_time_customer_count as bigint) as one_time_customer_count,
        cast(low_activity_customer_count as bigint) as low_activity_customer_count,
        cast(power_customer_count as bigint) as power_customer_count,
        {{ share('one_time_customer_count', 'customer_count') }}
            as one_time_customer_share,
        {{ share('low_activity_customer_count', 'customer_count') }}
            as low_activity_customer_share,
        {{ share('power_customer_count', 'customer_count') }} as power_customer_share,
        {{ share('interaction_count', 'customer_count') }}
            as mean_interactions_per_customer,
        cast(median_interactions_per_customer as double)
            as median_interactions_per_customer
    from figures
)

select * from final
