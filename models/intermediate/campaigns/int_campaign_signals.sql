{#
    The pairs of a campaign for which a ranking of products serves with a signal, most
    likely first. A campaign that asks for another order has none: by expected profit, by
    rankings of customers that it explores, or by the event that it requires.
#}
with campaigns as (
    select campaign_id
    from {{ ref('stg_campaigns') }}
    where
        is_active
        and required_event is null
        and objective <> 'profit'
        and exploration_share = 0
),

campaign_products as (
    select * from {{ ref('int_campaign_products') }}
    where open_count > 0
),

campaign_customers as (
    select
        campaign_id,
        customer_id
    from {{ ref('int_campaign_order') }}
),

exclusions as (
    select * from {{ ref('int_campaign_exclusions') }}
),

served_lists as (
    select * from {{ ref('int_served_lists') }}
    where
        place <= {{ var('top_n') }}
        and score is not null
        and ranking in (
            {{ text_values(
                rankings() | selectattr('ranks', 'equalto', 'products')
                | map(attribute='name')
            ) }}
        )
        -- Some score all candidates of a product, also by activity alone.
        and (
            ranking not in (
                {{ text_values(
                    rankings() | selectattr('scores_all_candidates')
                    | map(attribute='name')
                ) }}
            )
            or attribute_count > 0
            or neighbour_count > 0
        )
),

pairs as (
    select
        campaign_products.campaign_id,
        served_lists.product_id,
        served_lists.customer_id,
        served_lists.ranking,
        row_number() over (
            partition by campaign_products.campaign_id
            order by
                -- Rounded: both engines have the same ties. Without probabilities all
                -- are null, and each product has its turn.
                round(served_lists.probability, 12) desc,
                served_lists.place asc,
                campaign_products.product_place asc
        ) as signal_place
    from campaign_products
    inner join campaigns on campaign_products.campaign_id = campaigns.campaign_id
    inner join served_lists on campaign_products.product_id = served_lists.product_id
    inner join campaign_customers
        on
            campaign_products.campaign_id = campaign_customers.campaign_id
            and served_lists.customer_id = campaign_customers.customer_id
    left join exclusions
        on
            campaign_products.campaign_id = exclusions.campaign_id
            and served_lists.product_id = exclusions.product_id
            and served_lists.customer_id = exclusions.customer_id
    where exclusions.customer_id is null
)

select * from pairs
