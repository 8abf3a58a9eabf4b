with campaigns as (
    select * from {{ ref('stg_campaigns') }}
    where is_active
),

rules as (
    select * from {{ ref('stg_campaign_rules') }}
),

-- The ranking that orders customers.
customer_ranking as (
    select rankings.ranking_label
    from {{ ref('int_served_rankings') }} as served_rankings
    inner join {{ ref('rankings') }} as rankings
        on served_rankings.ranking = rankings.ranking
    where served_rankings.audience = 'customers'
),

campaign_products as (
    select * from {{ ref('int_campaign_products') }}
),

campaign_customers as (
    select * from {{ ref('int_campaign_customers') }}
),

placed_customers as (
    select * from {{ ref('campaign_customers') }}
),

shortfalls as (
    select * from {{ ref('campaign_shortfalls') }}
),

product_counts as (
    select
        campaign_id,
        count(*) as product_count,
        sum(served_count) as served_count
    from campaign_products
    group by campaign_id
),

customer_counts as (
    select
        campaign_id,
        count(*) as customer_count
    from campaign_customers
    group by campaign_id
),

placed_counts as (
    select
        campaign_id,
        count(case when arm = 'contact' then 1 end) as reached_customer_count,
        sum(case when arm = 'contact' then audience_count else 0 end) as contact_count,
        sum(case when arm = 'holdout' then audience_count else 0 end) as holdout_count
    from placed_customers
    group by campaign_id
),

shortfall_counts as (
    select
        campaign_id,
        count(*) as short_product_count,
        sum(missing_count) as missing_count
    from shortfalls
    group by campaign_id
),

rule_texts as (
    select
        campaign_id,
        {{ joined_texts(
            "action || ' ' || subject || 's whose ' || attribute || ' '"
            ~ " || case operator when 'at_least' then 'is at least '"
            ~ " when 'equals' then 'is ' when 'in' then 'is one of '"
            ~ " when 'between' then 'is between ' else 'is not known' end"
            ~ " || coalesce(replace(value, '|', case operator when 'between' then ' and '"
            ~ " else ', ' end), '')",
            '; ',
            'rule_id',
        ) }} as rule_text
    from rules
    group by campaign_id
),

{% set within = "coalesce(' in the last ' || cast(campaigns.%s as " ~ dbt.type_string()
    ~ ") || ' days', '')" %}
-- The customers that a campaign may contact, before its rules.
candidate_texts as (
    select
        campaigns.campaign_id,
        coalesce(
            'Customers with the event ' || campaigns.required_event
            || ' on the product' || {{ within % 'required_within_days' }},
            'Customers by ' || customer_ranking.ranking_label
        )
        || coalesce(
            ', seen in the last '
            || cast(campaigns.active_within_days as {{ dbt.type_string() }}) || ' days',
            ''
        )
        || case campaigns.exclude
            when 'any'
                then
                    ', without any interaction with the product'
                    || {{ within % 'exclude_within_days' }}
            when 'purchased'
                then
                    ', who did not buy the product'
                    || {{ within % 'exclude_within_days' }}
            else ''
        end
        || coalesce(
            ', each for at most '
            || {{ counted('campaigns.frequency_cap', 'product') }},
            ''
        )
        || case
            when campaigns.diversity_weight > 0
                then '; more customers than needed share the places'
            else ''
        end
        || case
            when campaigns.coverage_weight < 1
                then '; popular products come first if customers are too few'
            else ''
        end as candidate_text
    from campaigns
    cross join customer_ranking
),

final as (
    select
        cast(campaigns.campaign_id as {{ dbt.type_string() }}) as campaign_id,
        cast(campaigns.campaign_name as {{ dbt.type_string() }}) as campaign_name,
        cast(campaigns.starts_on as date) as starts_on,
        cast(campaigns.ends_on as date) as ends_on,
        cast(campaigns.audience_size as bigint) as audience_size,
        cast(campaigns.frequency_cap as bigint) as frequency_cap,
        cast(campaigns.holdout_share as double) as holdout_share,
        cast(campaigns.cost_per_contact as double) as cost_per_contact,
        cast(campaigns.value_per_conversion as double) as value_per_conversion,
        cast(campaigns.response_days as bigint) as response_days,
        cast(
            candidate_texts.candidate_text
            || coalesce('; ' || rule_texts.rule_text, '')
            || '.' as {{ dbt.type_string() }}
        ) as audience_rule,
        cast(coalesce(product_counts.product_count, 0) as bigint) as product_count,
        cast(coalesce(customer_counts.customer_count, 0) as bigint)
            as suitable_customer_count,
        cast(coalesce(placed_counts.reached_customer_count, 0) as bigint)
            as reached_customer_count,
        cast(coalesce(placed_counts.contact_count, 0) as bigint) as contact_count,
        cast(coalesce(placed_counts.holdout_count, 0) as bigint) as holdout_count,
        cast(coalesce(product_counts.served_count, 0) as bigint) as served_count,
        cast(coalesce(shortfall_counts.short_product_count, 0) as bigint)
            as short_product_count,
        cast(coalesce(shortfall_counts.missing_count, 0) as bigint) as missing_count,
        cast(
            round(
                coalesce(placed_counts.contact_count, 0) * campaigns.cost_per_contact, 6
            ) as double
        ) as planned_cost,
        cast(campaigns.priority as bigint) as priority,
        cast(campaigns.channel as {{ dbt.type_string() }}) as channel,
        cast(campaigns.required_event as {{ dbt.type_string() }}) as required_event
    from campaigns
    inner join candidate_texts on campaigns.campaign_id = candidate_texts.campaign_id
    left join product_counts on campaigns.campaign_id = product_counts.campaign_id
    left join customer_counts on campaigns.campaign_id = customer_counts.campaign_id
    left join placed_counts on campaigns.campaign_id = placed_counts.campaign_id
    left join shortfall_counts on campaigns.campaign_id = shortfall_counts.campaign_id
    left join rule_texts on campaigns.campaign_id = rule_texts.campaign_id
)

select * from final
