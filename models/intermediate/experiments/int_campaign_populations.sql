{#
    Customers whom each campaign could have asked at the split: its rules and its other
    conditions, applied to what was known of customers then. As they are known now they would
    be chosen by what they did afterwards. Attributes that were brought have no history.
#}
with campaigns as (
    select * from {{ ref('stg_campaigns') }}
    where is_active
),

split as (
    select
        origin,
        split_at
    from {{ ref('int_rolling_origins') }}
    where is_split
),

origin_customers as (
    select * from {{ ref('int_origin_customers') }}
),

ranking as (
    select * from {{ ref('int_origin_ranking') }}
),

customer_features as (
    select
        customer_id,
        first_interaction_at
    from {{ ref('int_customer_features') }}
),

feature_weights as (
    select * from {{ ref('int_weight_sets') }}
    where is_in_use
),

suppressed_customers as (
    select * from {{ ref('int_suppressed_customers') }}
),

rules as (
    select * from {{ ref('int_rule_values') }}
    where subject = 'customer'
),

customer_attributes as (
    select * from {{ ref('stg_customer_attributes') }}
    where outcome = 'accepted'
),

campaign_products as (
    select * from {{ ref('int_campaign_products') }}
),

interactions as (
    select * from {{ ref('int_interactions') }}
),

bounds as (
    select
        origin_customers.origin,
        {{ feature_bounds() }}
    from origin_customers
    inner join split on origin_customers.origin = split.origin
    group by origin_customers.origin
),

customers as (
    select
        features.*,
        {{ engagement_score('features') }} as engagement_score,
        ranking.engagement_rank,
        customer_features.first_interaction_at
    from origin_customers as features
    inner join bounds on features.origin = bounds.origin
    cross join feature_weights
    inner join ranking
        on
            features.origin = ranking.origin
            and features.customer_id = ranking.customer_id
    inner join customer_features on features.customer_id = customer_features.customer_id
    left join suppressed_customers
        on features.customer_id = suppressed_customers.customer_id
    where suppressed_customers.customer_id is null
),

attribute_values as (
    select
        rules.*,
        customers.customer_id,
        case rules.attribute
            {% for attribute, column in rule_attributes(
                'customer', 'customers', 'customer_attributes'
            ).items() %}
            when {{ text_literal(attribute) }}
                then cast({{ column }} as {{ dbt.type_string() }})
            {% endfor %}
        end as raw_value
    from customers
    cross join rules
    left join customer_attributes -- noqa: ST11, it has columns where a file is named
        on customers.customer_id = customer_attributes.customer_id
),

comparable_values as (
    select
        *,
        {{ comparable('raw_value') }} as value
    from attribute_values
),

rules_met as (
    select
        campaign_id,
        subject,
        customer_id as subject_id,
        0 as days_back,
        count(distinct case when action = 'include' then rule_id end) as include_count,
        count(distinct case when action = 'exclude' then rule_id end) as exclude_count
    from comparable_values
    where {{ meets_rule('value') }}
    group by campaign_id, subject, customer_id
),

{{ in_scope('customer', ['customer_id', 'last_interaction_at']) }},

with_event as (
    select distinct
        campaigns.campaign_id,
        interactions.customer_id
    from interactions
    inner join campaigns on interactions.event = campaigns.required_event
    inner join campaign_products
        on
            campaigns.campaign_id = campaign_products.campaign_id
            and interactions.product_id = campaign_products.product_id
    cross join split
    where
        interactions.event_at < split.split_at
        and {{ within_days(
            'interactions.event_at', 'split.split_at', 'campaigns.required_within_days'
        ) }}
),

final as (
    select
        customers_in_scope.campaign_id,
        customers_in_scope.customer_id
    from customers_in_scope
    inner join campaigns on customers_in_scope.campaign_id = campaigns.campaign_id
    cross join split
    left join with_event
        on
            customers_in_scope.campaign_id = with_event.campaign_id
            and customers_in_scope.customer_id = with_event.customer_id
    where
        (
            campaigns.active_within_days is null
            or {{ dbt.datediff(
                'customers_in_scope.last_interaction_at', 'split.split_at', 'day'
            ) }} <= campaigns.active_within_days
        )
        and (
            campaigns.required_event is null
            or with_event.customer_id is not null
        )
)

select * from final
