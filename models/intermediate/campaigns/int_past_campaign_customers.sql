{#
    Rules are evaluated at the start of the window, because customers who meet them only now
    may do so by a purchase in the window. Products and the columns of attribute tables are
    those of now.
#}
with campaigns as (
    select
        campaigns.campaign_id,
        campaigns.active_within_days,
        campaigns.required_event,
        campaigns.required_within_days,
        campaigns.exclude,
        campaigns.exclude_within_days,
        windows.window_number,
        windows.days_back,
        windows.starts_at,
        windows.ends_at
    from {{ ref('stg_campaigns') }} as campaigns
    inner join {{ ref('int_response_windows') }} as windows
        on campaigns.campaign_id = windows.campaign_id
),

customers as (
    select
        ranking.days_back,
        ranking.customer_id,
        ranking.engagement_rank,
        features.last_interaction_at
    from {{ ref('int_past_ranking') }} as ranking
    inner join {{ ref('int_past_features') }} as features
        on
            ranking.days_back = features.days_back
            and ranking.customer_id = features.customer_id
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
    'customer', ['customer_id', 'engagement_rank', 'last_interaction_at'], is_past=true
) }},

-- For campaigns that require an event on the product.
pairs as (
    select
        campaigns.campaign_id,
        campaigns.days_back,
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
            and campaigns.starts_at >= interactions.event_at
    where campaigns.required_event is not null
    group by
        campaigns.campaign_id, campaigns.days_back, interactions.customer_id,
        interactions.product_id
),

with_event as (
    select
        pairs.campaign_id,
        pairs.days_back,
        pairs.customer_id
    from pairs
    inner join campaigns
        on
            pairs.campaign_id = campaigns.campaign_id
            and pairs.days_back = campaigns.days_back
    where
        {{ within_days(
            'pairs.last_required_at', 'campaigns.starts_at',
            'campaigns.required_within_days'
        ) }}
        and not case campaigns.exclude
            when 'any' then {{ within_days(
                'pairs.last_interaction_at', 'campaigns.starts_at',
                'campaigns.exclude_within_days'
            ) }}
            when 'purchased' then {{ within_days(
                'pairs.last_purchased_at', 'campaigns.starts_at',
                'campaigns.exclude_within_days'
            ) }}
            else false
        end
    group by pairs.campaign_id, pairs.days_back, pairs.customer_id
),

buyers as (
    select
        campaigns.campaign_id,
        campaigns.days_back,
        interactions.customer_id
    from campaigns
    inner join interactions
        on
            campaigns.starts_at < interactions.event_at
            and campaigns.ends_at >= interactions.event_at
    where interactions.event = 'purchased'
    group by campaigns.campaign_id, campaigns.days_back, interactions.customer_id
),

final as (
    select
        campaigns.campaign_id,
        campaigns.window_number,
        customers_in_scope.customer_id,
        row_number() over (
            partition by campaigns.campaign_id, campaigns.window_number
            order by customers_in_scope.engagement_rank
        ) as place,
        buyers.customer_id is not null as is_buyer
    from customers_in_scope
    inner join campaigns
        on
            customers_in_scope.campaign_id = campaigns.campaign_id
            and customers_in_scope.days_back = campaigns.days_back
    left join with_event
        on
            customers_in_scope.campaign_id = with_event.campaign_id
            and customers_in_scope.days_back = with_event.days_back
            and customers_in_scope.customer_id = with_event.customer_id
    left join buyers
        on
            customers_in_scope.campaign_id = buyers.campaign_id
            and customers_in_scope.days_back = buyers.days_back
            and customers_in_scope.customer_id = buyers.customer_id
    where
        (campaigns.required_event is null or with_event.customer_id is not null)
        and (
            campaigns.active_within_days is null
            or {{ dbt.datediff(
                'customers_in_scope.last_interaction_at', 'campaigns.starts_at', 'day'
            ) }} <= campaigns.active_within_days
        )
)

select * from final
