with interactions as (
    select * from {{ ref('int_interactions') }}
),

customer_products as (
    select * from {{ ref('int_customer_products') }}
),

cutoffs as (
    select * from {{ ref('int_ranking_cutoffs') }}
),

past as (
    select
        cutoffs.origin,
        interactions.customer_id,
        interactions.product_id,
        count(*) as interaction_count,
        count(
            case
                when
                    interactions.event_at
                    >= cast(cutoffs.split_at as timestamp) + interval '1' day * -30
                    then 1
            end
        ) as recent_count,
        count(case when interactions.event = 'purchased' then 1 end) as purchased_count,
        max(case when interactions.event = 'purchased' then interactions.event_at end)
            as last_purchased_at,
        cast(sum(interactions.event_weight) as decimal(18, 6)) as event_weight_sum,
        min(interactions.event_at) as first_interaction_at,
        max(interactions.event_at) as last_interaction_at
    from interactions
    inner join cutoffs on interactions.event_at < cutoffs.split_at
    where not cutoffs.is_now
    group by cutoffs.origin, interactions.customer_id, interactions.product_id
),

recent as (
    select
        interactions.customer_id,
        interactions.product_id,
        count(*) as recent_count
    from interactions
    inner join cutoffs
        on
            cutoffs.is_now
            and interactions.event_at
            >= cast(cutoffs.split_at as timestamp) + interval '1' day * -30
    group by interactions.customer_id, interactions.product_id
),

combined as (
    select * from past
    union all
    select
        cutoffs.origin,
        customer_products.customer_id,
        customer_products.product_id,
        customer_products.interaction_count,
        coalesce(recent.recent_count, 0) as recent_count,
        customer_products.purchased_count,
        customer_products.last_purchased_at,
        customer_products.event_weight_sum,
        customer_products.first_interaction_at,
        customer_products.last_interaction_at
    from customer_products
    inner join cutoffs on cutoffs.is_now
    left join recent
        on
            customer_products.customer_id = recent.customer_id
            and customer_products.product_id = recent.product_id
),

final as (
    select
        *,
        -- Whether an audience of the product leaves the customer out.
        {{ excludes('combined') }} as is_excluded,
        count(*) over (partition by origin, customer_id) as product_count,
        -- 1 is the product that the customer touched last.
        row_number() over (
            partition by origin, customer_id
            order by last_interaction_at desc, product_id asc
        ) as recent_position
    from combined
)

select * from final
