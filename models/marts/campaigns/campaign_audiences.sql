with placements as (
    select * from {{ ref('int_campaign_placements') }}
),

signals as (
    select * from {{ ref('int_campaign_signals') }}
),

customers as (
    select
        customer_id,
        engagement_score
    from {{ ref('customers') }}
),

campaign_customers as (
    select
        campaign_id,
        customer_id,
        arm,
        audience_count
    from {{ ref('campaign_customers') }}
),

campaign_order as (
    select
        campaign_id,
        customer_id,
        placed_by,
        campaign_rank
    from {{ ref('int_campaign_order') }}
),

-- A customer is contacted about several products, and is one buyer: each contact has a
-- share of what the customer adds.
customer_values as (
    select
        classes.campaign_id,
        classes.customer_id,
        campaign_classes.purchase_probability,
        campaign_classes.incremental_probability,
        campaigns.value_per_conversion,
        campaigns.cost_per_contact,
        campaign_customers.contact_count
    from {{ ref('int_campaign_classes') }} as classes
    inner join {{ ref('int_campaign_customers') }} as campaign_customers
        on
            classes.campaign_id = campaign_customers.campaign_id
            and classes.customer_id = campaign_customers.customer_id
    inner join {{ ref('stg_campaigns') }} as campaigns
        on classes.campaign_id = campaigns.campaign_id
    inner join {{ ref('campaign_classes') }} as campaign_classes
        on
            classes.campaign_id = campaign_classes.campaign_id
            and classes.score_class = campaign_classes.score_class
            and classes.history_class = campaign_classes.history_class
    where classes.window_number = 0
),

ranked as (
    select
        placements.campaign_id,
        placements.product_id,
        placements.customer_id,
        customers.engagement_score,
        coalesce(signals.ranking, campaign_order.placed_by) as ranking,
        row_number() over (
            partition by placements.campaign_id, placements.product_id
            order by
                case when signals.signal_place is null then 1 else 0 end,
                signals.signal_place,
                campaign_order.campaign_rank
        ) as audience_rank
    from placements
    inner join customers on placements.customer_id = customers.customer_id
    inner join campaign_order
        on
            placements.campaign_id = campaign_order.campaign_id
            and placements.customer_id = campaign_order.customer_id
    left join signals
        on
            placements.campaign_id = signals.campaign_id
            and placements.product_id = signals.product_id
            and placements.customer_id = signals.customer_id
),

final as (
    select
        cast(ranked.campaign_id as {{ dbt.type_string() }}) as campaign_id,
        cast(ranked.product_id as {{ id_type() }}) as product_id,
        cast(ranked.audience_rank as bigint) as audience_rank,
        cast(ranked.customer_id as {{ id_type() }}) as customer_id,
        cast(ranked.engagement_score as double) as engagement_score,
        cast(ranked.ranking as {{ dbt.type_string() }}) as ranking,
        cast(campaign_customers.arm as {{ dbt.type_string() }}) as arm,
        cast(customer_values.purchase_probability as double) as purchase_probability,
        cast(customer_values.incremental_probability as double)
            as incremental_probability,
        cast(
            case
                when
                    campaign_customers.arm = 'contact'
                    and customer_values.contact_count = 0
                    then round(
                        customer_values.incremental_probability
                        * customer_values.value_per_conversion
                        / campaign_customers.audience_count
                        - customer_values.cost_per_contact,
                        6
                    )
            end as double
        ) as expected_profit
    from ranked
    inner join campaign_customers
        on
            ranked.campaign_id = campaign_customers.campaign_id
            and ranked.customer_id = campaign_customers.customer_id
    inner join customer_values
        on
            ranked.campaign_id = customer_values.campaign_id
            and ranked.customer_id = customer_values.customer_id
)

select * from final
