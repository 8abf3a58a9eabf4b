with customer_products as (
    select * from {{ ref('int_customer_products') }}
),

product_sizes as (
    select
        product_id,
        count(*) as customer_count
    from customer_products
    group by product_id
),

-- No audience reaches deeper into the ranking than N plus the customers of one product.
customers as (
    select
        customer_id,
        engagement_rank,
        engagement_score
    from {{ ref('customers') }}
    where
        engagement_rank
        <= {{ var('top_n') }}
        + (select max(product_sizes.customer_count) from product_sizes)
),

positions as (
    select engagement_rank as audience_rank
    from customers
    where engagement_rank <= {{ var('top_n') }}
),

-- The first N customers outside a set of k are among the first N + k of the ranking, so
-- only customers excluded there can move others up.
excluded as (
    select
        customer_products.product_id,
        customers.engagement_rank
    from customer_products
    inner join product_sizes
        on customer_products.product_id = product_sizes.product_id
    inner join customers on customer_products.customer_id = customers.customer_id
    where
        {{ excludes('customer_products') }}
        and customers.engagement_rank
        <= {{ var('top_n') }} + product_sizes.customer_count
),

excluded_counts as (
    select
        product_id,
        count(*) as excluded_count
    from excluded
    group by product_id
),

-- Most products exclude no customer at the top: their audience is the top itself.
unmoved as (
    select
        product_sizes.product_id,
        positions.audience_rank,
        positions.audience_rank as engagement_rank
    from product_sizes
    left join excluded_counts
        on product_sizes.product_id = excluded_counts.product_id
    cross join positions
    where excluded_counts.product_id is null
),

candidates as (
    select
        product_id,
        {{ each_number(
            1,
            'least(' ~ var('top_n') ~ ' + excluded_count,'
            ~ ' (select count(*) from customers))',
        ) }} as engagement_rank
    from excluded_counts
),

moved as (
    select
        candidates.product_id,
        candidates.engagement_rank,
        row_number() over (
            partition by candidates.product_id
            order by candidates.engagement_rank
        ) as audience_rank
    from candidates
    left join excluded
        on
            candidates.product_id = excluded.product_id
            and candidates.engagement_rank = excluded.engagement_rank
    where excluded.product_id is null
),

placed as (
    select
        product_id,
        audience_rank,
        engagement_rank
    from unmoved
    union all
    select
        product_id,
        audience_rank,
        engagement_rank
    from moved
    where audience_rank <= {{ var('top_n') }}
),

final as (
    select
        cast(placed.product_id as {{ id_type() }}) as product_id,
        cast(placed.audience_rank as bigint) as audience_rank,
        cast(customers.customer_id as {{ id_type() }}) as customer_id,
        cast(customers.engagement_score as double) as engagement_score
    from placed
    -- With fewer customers than N, the ranking ends first.
    inner join customers on placed.engagement_rank = customers.engagement_rank
)

select * from final
