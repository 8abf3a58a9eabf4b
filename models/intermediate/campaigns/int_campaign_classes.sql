{#
    The class of each customer of a campaign, now (window 0) and in its past windows, by score
    and by history. The first customers are as many as its experiment picked by their rank, or
    without one as many as it needs.
#}
with campaigns as (
    select * from {{ ref('stg_campaigns') }}
    where is_active
),

products as (
    select
        campaign_id,
        count(*) as product_count
    from {{ ref('int_campaign_products') }}
    group by campaign_id
),

experiments as (
    select
        campaign_experiments.campaign_id,
        count(distinct outcomes.unit_id) as first_count
    from {{ ref('int_campaign_experiments') }} as campaign_experiments
    inner join {{ ref('int_experiment_outcomes') }} as outcomes
        on campaign_experiments.experiment_id = outcomes.experiment_id
    where
        campaign_experiments.has_window_of_campaign
        and outcomes.arm in ('treatment', 'treatment_holdout')
    group by campaign_experiments.campaign_id
),

first_counts as (
    select
        campaigns.campaign_id,
        coalesce(
            experiments.first_count,
            ceil(
                cast(campaigns.audience_size as double) * products.product_count
                / least(
                    coalesce(campaigns.frequency_cap, products.product_count),
                    products.product_count
                )
            )
        ) as first_count
    from campaigns
    inner join products on campaigns.campaign_id = products.campaign_id
    left join experiments on campaigns.campaign_id = experiments.campaign_id
),

-- A campaign that requires an event may contact only those who have it.
candidates as (
    select distinct
        campaign_id,
        customer_id
    from {{ ref('int_campaign_candidates') }}
),

now as (
    select
        customers.campaign_id,
        cast(0 as bigint) as window_number,
        customers.customer_id,
        features.total_interactions,
        row_number() over (
            partition by customers.campaign_id
            order by customers.customer_rank
        ) as place
    from {{ ref('int_campaign_customers') }} as customers
    inner join {{ ref('int_customer_features') }} as features
        on customers.customer_id = features.customer_id
    inner join campaigns on customers.campaign_id = campaigns.campaign_id
    left join candidates
        on
            customers.campaign_id = candidates.campaign_id
            and customers.customer_id = candidates.customer_id
    where
        campaigns.required_event is null
        or candidates.customer_id is not null
),

past as (
    select
        populations.campaign_id,
        windows.window_number,
        populations.customer_id,
        features.total_interactions,
        populations.place
    from {{ ref('int_campaign_populations') }} as populations
    inner join {{ ref('int_response_windows') }} as windows
        on
            populations.campaign_id = windows.campaign_id
            and populations.origin = windows.origin
    inner join {{ ref('int_origin_customers') }} as features
        on
            populations.origin = features.origin
            and populations.customer_id = features.customer_id
),

combined as (
    select * from now
    union all
    select * from past
),

final as (
    select
        combined.campaign_id,
        combined.window_number,
        combined.customer_id,
        combined.place,
        case
            when combined.place <= first_counts.first_count then 'first'
            else 'other'
        end as score_class,
        {{ history_class('combined.total_interactions') }} as history_class
    from combined
    inner join first_counts on combined.campaign_id = first_counts.campaign_id
)

select * from final
