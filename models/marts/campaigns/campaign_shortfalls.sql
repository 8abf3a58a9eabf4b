with campaigns as (
    select * from {{ ref('stg_campaigns') }}
    where is_active
),

campaign_products as (
    select * from {{ ref('int_campaign_products') }}
),

campaign_customers as (
    select * from {{ ref('int_campaign_customers') }}
),

placements as (
    select * from {{ ref('int_campaign_placements') }}
),

exclusions as (
    select * from {{ ref('int_campaign_exclusions') }}
),

candidates as (
    select * from {{ ref('int_campaign_candidates') }}
),

customer_counts as (
    select
        campaign_id,
        count(*) as customer_count
    from campaign_customers
    group by campaign_id
),

exclusion_counts as (
    select
        campaign_id,
        product_id,
        count(*) as exclusion_count
    from exclusions
    group by campaign_id, product_id
),

candidate_counts as (
    select
        campaign_id,
        product_id,
        count(*) as candidate_count
    from candidates
    group by campaign_id, product_id
),

placed_counts as (
    select
        campaign_id,
        product_id,
        count(*) as placed_count
    from placements
    group by campaign_id, product_id
),

-- Suitable customers with contacts left whom other rules keep from the campaign.
withheld_customers as (
    select
        campaign_id,
        customer_id,
        withheld_by
    from campaign_customers
    where withheld_by is not null
    union all
    select
        campaign_id,
        customer_id,
        'other campaign' as withheld_by
    from {{ ref('int_campaign_claims') }}
    where is_earlier
),

withheld_counts as (
    select
        campaign_id,
        count(case when withheld_by = 'other campaign' then 1 end) as by_campaign,
        count(case when withheld_by = 'channel' then 1 end) as by_channel,
        count(case when withheld_by = 'test' then 1 end) as by_test
    from withheld_customers
    group by campaign_id
),

{% for pairs in ['candidates', 'exclusions'] %}
withheld_{{ pairs }} as (
    select
        {{ pairs }}.campaign_id,
        {{ pairs }}.product_id,
        count(
            case when withheld_customers.withheld_by = 'other campaign' then 1 end
        ) as by_campaign,
        count(case when withheld_customers.withheld_by = 'channel' then 1 end)
            as by_channel,
        count(case when withheld_customers.withheld_by = 'test' then 1 end) as by_test
    from {{ pairs }}
    inner join withheld_customers
        on
            {{ pairs }}.campaign_id = withheld_customers.campaign_id
            and {{ pairs }}.customer_id = withheld_customers.customer_id
    group by {{ pairs }}.campaign_id, {{ pairs }}.product_id
),

{% endfor %}
-- Suitable customers, whether or not they have other places or earlier contacts.
counted as (
    select
        campaign_products.campaign_id,
        campaign_products.product_id,
        campaigns.audience_size,
        campaign_products.served_count,
        coalesce(placed_counts.placed_count, 0) as placed_count,
        campaign_products.open_count
        - coalesce(placed_counts.placed_count, 0) as missing_count,
        {% for withheld in ['by_campaign', 'by_channel', 'by_test'] %}
        case
            when campaigns.required_event is null
                then
                    coalesce(withheld_counts.{{ withheld }}, 0)
                    - coalesce(withheld_exclusions.{{ withheld }}, 0)
            else coalesce(withheld_candidates.{{ withheld }}, 0)
        end as {{ withheld }},
        {% endfor %}
        case
            when campaigns.required_event is null
                then
                    coalesce(customer_counts.customer_count, 0)
                    - coalesce(exclusion_counts.exclusion_count, 0)
            else coalesce(candidate_counts.candidate_count, 0)
        end as suitable_count
    from campaign_products
    inner join campaigns on campaign_products.campaign_id = campaigns.campaign_id
    left join customer_counts
        on campaign_products.campaign_id = customer_counts.campaign_id
    left join exclusion_counts
        on
            campaign_products.campaign_id = exclusion_counts.campaign_id
            and campaign_products.product_id = exclusion_counts.product_id
    left join candidate_counts
        on
            campaign_products.campaign_id = candidate_counts.campaign_id
            and campaign_products.product_id = candidate_counts.product_id
    left join placed_counts
        on
            campaign_products.campaign_id = placed_counts.campaign_id
            and campaign_products.product_id = placed_counts.product_id
    left join withheld_counts
        on campaign_products.campaign_id = withheld_counts.campaign_id
    {% for pairs in ['candidates', 'exclusions'] %}
    left join withheld_{{ pairs }}
        on
            campaign_products.campaign_id = withheld_{{ pairs }}.campaign_id
            and campaign_products.product_id = withheld_{{ pairs }}.product_id
    {% endfor %}
),

final as (
    select
        cast(campaign_id as {{ dbt.type_string() }}) as campaign_id,
        cast(product_id as {{ id_type() }}) as product_id,
        cast(audience_size as bigint) as audience_size,
        cast(served_count as bigint) as served_count,
        cast(placed_count as bigint) as placed_count,
        cast(missing_count as bigint) as missing_count,
        cast(suitable_count as bigint) as suitable_count,
        cast(
            case
                when suitable_count = 0
                    then 'nobody suits'
                when suitable_count <= placed_count
                    then 'too few suit'
                -- They could have filled the places, or all other suitable ones are in.
                when
                    greatest(by_campaign, by_channel, by_test) >= missing_count
                    or suitable_count - placed_count
                    <= by_campaign + by_channel + by_test
                    then
                        case greatest(by_campaign, by_channel, by_test)
                            when by_campaign then 'other campaign'
                            when by_channel then 'channel'
                            else 'test'
                        end
                else 'frequency cap'
            end as {{ dbt.type_string() }}
        ) as reason
    from counted
    where missing_count > 0
)

select * from final
