-- No customer with room under the cap could take a place that a product lacks. A
-- customer whom a campaign of an earlier turn has placed is not free. The test counts
-- them, because products x customers would be too many rows.
with campaigns as (
    select * from {{ ref('stg_campaigns') }}
    where is_active
),

shortfalls as (
    select * from {{ ref('campaign_shortfalls') }}
),

placements as (
    select * from {{ ref('int_campaign_placements') }}
),

place_counts as (
    select
        campaign_id,
        customer_id,
        count(*) as place_count
    from placements
    group by campaign_id, customer_id
),

free_customers as (
    select
        campaign_customers.campaign_id,
        campaign_customers.customer_id
    from {{ ref('int_campaign_customers') }} as campaign_customers
    left join place_counts
        on
            campaign_customers.campaign_id = place_counts.campaign_id
            and campaign_customers.customer_id = place_counts.customer_id
    left join {{ ref('int_campaign_claims') }} as claims
        on
            campaign_customers.campaign_id = claims.campaign_id
            and campaign_customers.customer_id = claims.customer_id
            and claims.is_earlier
    where
        campaign_customers.capacity > coalesce(place_counts.place_count, 0)
        and claims.customer_id is null
),

free_counts as (
    select
        campaign_id,
        count(*) as customer_count
    from free_customers
    group by campaign_id
),

-- Candidates with room under the cap, less excluded customers and current members.
counted as (
    select
        campaign_id,
        product_id,
        customer_id,
        1 as customer_count
    from {{ ref('int_campaign_candidates') }}
    union all
    select
        exclusions.campaign_id,
        exclusions.product_id,
        exclusions.customer_id,
        -1 as customer_count
    from {{ ref('int_campaign_exclusions') }} as exclusions
    inner join campaigns on exclusions.campaign_id = campaigns.campaign_id
    where campaigns.required_event is null
    union all
    select
        campaign_id,
        product_id,
        customer_id,
        -1 as customer_count
    from placements
),

named as (
    select
        counted.campaign_id,
        counted.product_id,
        sum(counted.customer_count) as customer_count
    from counted
    inner join free_customers
        on
            counted.campaign_id = free_customers.campaign_id
            and counted.customer_id = free_customers.customer_id
    group by counted.campaign_id, counted.product_id
),

summed as (
    select
        shortfalls.campaign_id,
        shortfalls.product_id,
        shortfalls.missing_count,
        coalesce(named.customer_count, 0)
        + case
            when campaigns.required_event is null
                then coalesce(free_counts.customer_count, 0)
            else 0
        end as customers_who_could
    from shortfalls
    inner join campaigns on shortfalls.campaign_id = campaigns.campaign_id
    left join free_counts on shortfalls.campaign_id = free_counts.campaign_id
    left join named
        on
            shortfalls.campaign_id = named.campaign_id
            and shortfalls.product_id = named.product_id
)

select * from summed
where customers_who_could > 0
