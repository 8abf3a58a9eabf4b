with campaigns as (
    select * from {{ ref('stg_campaigns') }}
    where is_active
),

customers as (
    select
        ranking.customer_id,
        ranking.customer_rank,
        features.last_interaction_at
    from {{ ref('int_customer_order') }} as ranking
    inner join {{ ref('int_customer_features') }} as features
        on ranking.customer_id = features.customer_id
    where not ranking.is_held_out
),

log_window as (
    select * from {{ ref('int_log_window') }}
),

rules as (
    select * from {{ ref('int_rule_values') }}
),

rules_met as (
    select * from {{ ref('int_rules_met') }}
),

contacts as (
    select * from {{ ref('int_campaign_contacts') }}
),

products as (
    select
        campaign_id,
        count(*) as product_count
    from {{ ref('int_campaign_products') }}
    group by campaign_id
),

-- Whom another campaign with a priority has contacted or held out stays with it.
kept_by_rivals as (
    select
        rivals.campaign_id,
        contacts.customer_id
    from {{ ref('int_campaign_rivals') }} as rivals
    inner join contacts on rivals.rival_id = contacts.campaign_id
    where contacts.is_own
    group by rivals.campaign_id, contacts.customer_id
),

channel_caps as (
    select
        campaigns.campaign_id,
        min(channels.frequency_cap) as frequency_cap
    from campaigns
    inner join {{ ref('stg_channels') }} as channels
        on channels.channel = 'all' or campaigns.channel = channels.channel
    group by campaigns.campaign_id
),

channel_rooms as (
    select * from {{ ref('int_channel_rooms') }}
),

{{ in_scope('customer', ['customer_id', 'customer_rank', 'last_interaction_at']) }},

-- A held-out customer takes a place as a contacted one does: if only contacts used up
-- caps, other campaigns would contact more of those held out.
contact_counts as (
    select
        campaign_id,
        customer_id,
        count(*) as contact_count
    from contacts
    group by campaign_id, customer_id
),

units_in_tests as (
    select
        campaigns.campaign_id,
        tested_customers.customer_id
    from campaigns
    inner join {{ ref('int_tested_customers') }} as tested_customers
        on
            tested_customers.is_experiment
            or campaigns.campaign_id <> tested_customers.campaign_id
    group by campaigns.campaign_id, tested_customers.customer_id
),

judged as (
    select
        customers_in_scope.campaign_id,
        customers_in_scope.customer_id,
        customers_in_scope.customer_rank,
        coalesce(contact_counts.contact_count, 0) as contact_count,
        case
            when kept_by_rivals.customer_id is not null then 'other campaign'
            when channel_rooms.is_too_soon or channel_rooms.room <= 0 then 'channel'
            when units_in_tests.customer_id is not null then 'test'
        end as withheld_by,
        greatest(
            least(
                coalesce(
                    campaigns.frequency_cap - coalesce(contact_counts.contact_count, 0),
                    products.product_count
                ),
                coalesce(channel_caps.frequency_cap, products.product_count),
                coalesce(channel_rooms.room, products.product_count),
                products.product_count
            ),
            0
        ) as capacity
    from customers_in_scope
    inner join campaigns on customers_in_scope.campaign_id = campaigns.campaign_id
    inner join products on customers_in_scope.campaign_id = products.campaign_id
    cross join log_window
    left join contact_counts
        on
            customers_in_scope.campaign_id = contact_counts.campaign_id
            and customers_in_scope.customer_id = contact_counts.customer_id
    left join units_in_tests
        on
            customers_in_scope.campaign_id = units_in_tests.campaign_id
            and customers_in_scope.customer_id = units_in_tests.customer_id
    left join kept_by_rivals
        on
            customers_in_scope.campaign_id = kept_by_rivals.campaign_id
            and customers_in_scope.customer_id = kept_by_rivals.customer_id
    left join channel_caps on customers_in_scope.campaign_id = channel_caps.campaign_id
    left join channel_rooms
        on
            customers_in_scope.campaign_id = channel_rooms.campaign_id
            and customers_in_scope.customer_id = channel_rooms.customer_id
    where
        campaigns.active_within_days is null
        or {{ dbt.datediff(
            'customers_in_scope.last_interaction_at', 'log_window.as_of_at', 'day'
        ) }} <= campaigns.active_within_days
),

final as (
    select
        campaign_id,
        customer_id,
        customer_rank,
        contact_count,
        withheld_by,
        case when withheld_by is null then capacity else 0 end as capacity
    from judged
)

select * from final
