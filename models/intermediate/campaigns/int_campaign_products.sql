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

placed as (
    select
        *,
        row_number() over (
            partition by campaign_id
            order by interaction_count desc, product_id asc
        ) as product_place
    from products_in_scope
),

-- Whom the campaign has contacted, or held out, is served.
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
