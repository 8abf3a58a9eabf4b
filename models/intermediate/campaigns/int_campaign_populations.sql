{#
    Customers who were eligible for each campaign in the past. Its rules and its other
    conditions are applied to what was known at the origin: as customers are known now, they
    would be chosen by what they did afterwards. Products and the columns of attribute tables
    are those of now.
#}
with campaigns as (
    select
        campaigns.campaign_id,
        campaigns.active_within_days,
        campaigns.required_event,
        campaigns.required_within_days,
        campaigns.exclude,
        campaigns.exclude_within_days,
        origins.origin,
        origins.split_at
    from {{ ref('stg_campaigns') }} as campaigns
    cross join {{ ref('int_rolling_origins') }} as origins
    where campaigns.is_active
),

suppressed_customers as (
    select * from {{ ref('int_suppressed_customers') }}
),

customers as (
    select
        origin_customers.origin,
        origin_customers.customer_id,
        origin_customers.last_interaction_at,
        origin_order.customer_rank
    from {{ ref('int_origin_customers') }} as origin_customers
    inner join {{ ref('int_origin_order') }} as origin_order
        on
            origin_customers.origin = origin_order.origin
            and origin_customers.customer_id = origin_order.customer_id
    left join suppressed_customers
        on origin_customers.customer_id = suppressed_customers.customer_id
    where suppressed_customers.customer_id is null
),

interactions as (
    select * from {{ ref('int_interactions') }}
),

campaign_products as (
    select * from {{ ref('int_campaign_products') }}
),

rules as (
    select * from {{ ref('int_rule_values') }}
),

rules_met as (
    select * from {{ ref('int_rules_met') }}
),

{{ in_scope(
    'customer', ['customer_id', 'customer_rank', 'last_interaction_at'], is_past=true
) }},

-- For campaigns that require an event on the product.
pairs as (
    select
        campaigns.campaign_id,
        campaigns.origin,
        interactions.customer_id,
        interactions.product_id,
        max(
            case
                when interactions.event = campaigns.required_event
                    then interactions.event_at
            end
        ) as last_required_at,
        max(case when interactions.event = 'purchased' then interactions.event_at end)
            as last_purchased_at,
        max(interactions.event_at) as last_interaction_at
    from campaigns
    inner join campaign_products
        on campaigns.campaign_id = campaign_products.campaign_id
    inner join interactions
        on
            campaign_products.product_id = interactions.product_id
            and campaigns.split_at > interactions.event_at
    where campaigns.required_event is not null
    group by
        campaigns.campaign_id, campaigns.origin, interactions.customer_id,
        interactions.product_id
),

with_event as (
    select
        pairs.campaign_id,
        pairs.origin,
        pairs.customer_id
    from pairs
    inner join campaigns
        on
            pairs.campaign_id = campaigns.campaign_id
            and pairs.origin = campaigns.origin
    where
        {{ within_days(
            'pairs.last_required_at', 'campaigns.split_at',
            'campaigns.required_within_days'
        ) }}
        and not case campaigns.exclude
            when 'any' then {{ within_days(
                'pairs.last_interaction_at', 'campaigns.split_at',
                'campaigns.exclude_within_days'
            ) }}
            when 'purchased' then {{ within_days(
                'pairs.last_purchased_at', 'campaigns.split_at',
                'campaigns.exclude_within_days'
            ) }}
            else false
        end
    group by pairs.campaign_id, pairs.origin, pairs.customer_id
),

final as (
    select
        campaigns.campaign_id,
        campaigns.origin,
        customers_in_scope.customer_id,
        row_number() over (
            partition by campaigns.campaign_id, campaigns.origin
            order by customers_in_scope.customer_rank
        ) as place
    from customers_in_scope
    inner join campaigns
        on
            customers_in_scope.campaign_id = campaigns.campaign_id
            and customers_in_scope.origin = campaigns.origin
    left join with_event
        on
            customers_in_scope.campaign_id = with_event.campaign_id
            and customers_in_scope.origin = with_event.origin
            and customers_in_scope.customer_id = with_event.customer_id
    where
        (campaigns.required_event is null or with_event.customer_id is not null)
        and (
            campaigns.active_within_days is null
            or {{ dbt.datediff(
                'customers_in_scope.last_interaction_at', 'campaigns.split_at', 'day'
            ) }} <= campaigns.active_within_days
        )
)

select * from final
