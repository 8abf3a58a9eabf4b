with campaigns as (
    select * from {{ ref('stg_campaigns') }}
    where is_active
),

products as (
    select * from {{ ref('int_product_counts') }}
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

{{ in_scope('product', ['product_id', 'interaction_count']) }},

-- Only products that a campaign can include are sorted.
counted as (
    select
        campaign_id,
        interaction_count,
        sum(count(*)) over (
            partition by campaign_id
            order by interaction_count desc
            rows between unbounded preceding and current row
        ) - count(*) as products_above
    from products_in_scope
    group by campaign_id, interaction_count
),

bounds as (
    select
        counted.campaign_id,
        min(counted.interaction_count) as fewest_interactions
    from counted
    inner join campaigns on counted.campaign_id = campaigns.campaign_id
    where
        campaigns.product_limit is null
        or counted.products_above < campaigns.product_limit
    group by counted.campaign_id
),

placed as (
    select
        products_in_scope.*,
        row_number() over (
            partition by products_in_scope.campaign_id
            order by
                products_in_scope.interaction_count desc,
                products_in_scope.product_id asc
        ) as product_place
    from products_in_scope
    inner join bounds
        on
            products_in_scope.campaign_id = bounds.campaign_id
            and products_in_scope.interaction_count >= bounds.fewest_interactions
),

-- Customers that the campaign has contacted or held out count as served.
served as (
    select
        campaign_id,
        product_id,
        count(distinct customer_id) as served_count
    from contacts
    where is_own
    group by campaign_id, product_id
),

final as (
    select
        placed.campaign_id,
        placed.product_id,
        placed.product_place,
        coalesce(served.served_count, 0) as served_count,
        greatest(campaigns.audience_size - coalesce(served.served_count, 0), 0)
            as open_count
    from placed
    inner join campaigns on placed.campaign_id = campaigns.campaign_id
    left join served
        on
            placed.campaign_id = served.campaign_id
            and placed.product_id = served.product_id
    where
        campaigns.product_limit is null
        or placed.product_place <= campaigns.product_limit
)

select * from final
