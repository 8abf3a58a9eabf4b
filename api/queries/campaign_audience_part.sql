-- The first n rows of a campaign's audiences after a product and rank; null means no bound.
with part as (
    select
        campaign_id,
        product_id,
        audience_rank,
        customer_id,
        engagement_score,
        arm,
        purchase_probability,
        incremental_probability,
        expected_profit
    from main.campaign_audiences
    where
        campaign_id = $campaign_id
        and ($product_id is null or product_id = $product_id)
        and customer_id not in (select customer_id from noted.opted_out)
        -- The first condition lets DuckDB skip the rows before.
        and ($after_product_id is null or product_id >= $after_product_id)
        and (
            $after_product_id is null
            or product_id > $after_product_id
            or audience_rank > $after_rank
        )
    order by product_id, audience_rank
    limit $n
)

select
    part.product_id,
    part.audience_rank,
    part.customer_id,
    part.engagement_score,
    part.arm,
    part.purchase_probability,
    part.incremental_probability,
    part.expected_profit,
    campaign_customers.explanation,
    campaign_customers.placed_by as ranking
from part
inner join main.campaign_customers
    on
        part.campaign_id = campaign_customers.campaign_id
        and part.customer_id = campaign_customers.customer_id
order by part.product_id, part.audience_rank
