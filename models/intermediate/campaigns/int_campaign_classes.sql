{#
    The class of each customer of a campaign, now (window 0) and in its past windows, by score
    and by history. The first customers are as many as it needs, or as its experiment would
    have picked from all customers; in the past the same share of those who suited it then.
    Where the experiment knows the thirds of its units by rank, the first customers have these
    thirds too.
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

-- The system picks its units from a random part of the customers: its pool, within its
-- part of the layer.
experiments as (
    select
        campaign_experiments.campaign_id,
        round(
            count(distinct outcomes.unit_id)
            / max(
                (designs.treatment_share + designs.treatment_holdout_share)
                * (designs.layer_to - designs.layer_from)
            )
        ) as first_count,
        count(outcomes.score_class) > 0 as has_thirds
    from {{ ref('int_campaign_experiments') }} as campaign_experiments
    inner join {{ ref('int_experiment_designs') }} as designs
        on campaign_experiments.experiment_id = designs.experiment_id
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
        campaigns.diversity_weight,
        experiments.first_count,
        campaigns.audience_size * products.product_count as place_count,
        coalesce(experiments.has_thirds, false) as has_thirds,
        ceil(
            cast(campaigns.audience_size as double) * products.product_count
            / least(
                coalesce(campaigns.frequency_cap, products.product_count),
                products.product_count
            )
        ) as fewest_customers
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

populations as (
    select
        campaign_id,
        window_number,
        count(*) as customer_count
    from combined
    group by campaign_id, window_number
),

now_counts as (
    select
        campaign_id,
        customer_count
    from populations
    where window_number = 0
),

sized as (
    select
        combined.campaign_id,
        combined.window_number,
        combined.customer_id,
        combined.place,
        first_counts.has_thirds,
        -- The place as a share of all customers, without a division.
        (combined.place - 1) * now_counts.customer_count as place_size,
        populations.customer_count * coalesce(
            first_counts.first_count,
            -- As in campaign_weights.py.
            first_counts.fewest_customers
            + floor(
                first_counts.diversity_weight * greatest(
                    least(first_counts.place_count, now_counts.customer_count)
                    - first_counts.fewest_customers,
                    0
                ) + 0.5
            )
        ) as first_size,
        {{ history_class('combined.total_interactions') }} as history_class
    from combined
    inner join first_counts on combined.campaign_id = first_counts.campaign_id
    inner join now_counts on combined.campaign_id = now_counts.campaign_id
    inner join populations
        on
            combined.campaign_id = populations.campaign_id
            and combined.window_number = populations.window_number
),

final as (
    select
        campaign_id,
        window_number,
        customer_id,
        place,
        history_class,
        case
            when place_size >= first_size then 'other'
            when not has_thirds then 'first'
            when place_size * 3 < first_size then 'first, 1st third'
            when place_size * 3 < first_size * 2 then 'first, 2nd third'
            else 'first, 3rd third'
        end as score_class
    from sized
)

select * from final
