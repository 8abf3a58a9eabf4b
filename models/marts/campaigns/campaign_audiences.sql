with placements as (
    select * from {{ ref('int_campaign_placements') }}
),

customers as (
    select
        customer_id,
        customer_ranking,
        customer_rank,
        engagement_score
    from {{ ref('customers') }}
),

campaign_customers as (
    select
        campaign_id,
        customer_id,
        arm
    from {{ ref('campaign_customers') }}
),

ranked as (
    select
        placements.campaign_id,
        placements.product_id,
        placements.customer_id,
        customers.customer_ranking,
        customers.engagement_score,
        row_number() over (
            partition by placements.campaign_id, placements.product_id
            order by customers.customer_rank
        ) as audience_rank
    from placements
    inner join customers on placements.customer_id = customers.customer_id
),

final as (
    select
        cast(ranked.campaign_id as {{ dbt.type_string() }}) as campaign_id,
        cast(ranked.product_id as {{ id_type() }}) as product_id,
        cast(ranked.audience_rank as bigint) as audience_rank,
        cast(ranked.customer_id as {{ id_type() }}) as customer_id,
        cast(ranked.engagement_score as double) as engagement_score,
        cast(ranked.customer_ranking as {{ dbt.type_string() }}) as ranking,
        cast(campaign_customers.arm as {{ dbt.type_string() }}) as arm
    from ranked
    inner join campaign_customers
        on
            ranked.campaign_id = campaign_customers.campaign_id
            and ranked.customer_id = campaign_customers.customer_id
)

select * from final
