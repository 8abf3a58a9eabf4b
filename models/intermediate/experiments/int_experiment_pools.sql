{#
    Customers who suit the campaign of an experiment, in its part of the layer, divided at
    random into two pools: out of one the system picks, out of the other chance does. Both
    are the same population, so that the two ways to pick can be compared.
#}
with experiments as (
    select * from {{ ref('stg_experiments') }}
    where
        is_active
        and campaign_id is not null
),

arms as (
    select
        experiment_id,
        sum(share) as share_sum,
        sum(case when arm in ('treatment', 'treatment_holdout') then share else 0 end)
            as treatment_share
    from {{ ref('stg_experiment_arms') }}
    group by experiment_id
),

campaign_customers as (
    select * from {{ ref('int_campaign_customers') }}
    where capacity > 0
),

placements as (
    select
        campaign_id,
        customer_id,
        min(product_id) as product_id
    from {{ ref('int_campaign_placements') }}
    group by campaign_id, customer_id
),

started as (
    select experiment_id
    from {{ ref('stg_contacts') }}
    where experiment_id is not null
    group by experiment_id
),

-- A started experiment keeps the customers that it has.
open_experiments as (
    select experiments.*
    from experiments
    left join started on experiments.experiment_id = started.experiment_id
    where started.experiment_id is null
),

in_layer as (
    select
        open_experiments.experiment_id,
        open_experiments.campaign_id,
        campaign_customers.customer_id,
        campaign_customers.engagement_rank
    from open_experiments
    inner join campaign_customers
        on open_experiments.campaign_id = campaign_customers.campaign_id
    where
        {{ unit_draw('open_experiments.layer', 'campaign_customers.customer_id') }}
        >= open_experiments.layer_from
        and {{ unit_draw('open_experiments.layer', 'campaign_customers.customer_id') }}
        < open_experiments.layer_to
),

drawn as (
    select
        *,
        {{ unit_draw('experiment_id', 'customer_id', 0) }} as pool_draw,
        {{ unit_draw('experiment_id', 'customer_id', 1) }} as arm_draw,
        {{ unit_draw('experiment_id', 'customer_id', 2) }} as pick_draw,
        {{ unit_draw('experiment_id', 'customer_id', 3) }} as product_draw
    from in_layer
),

pooled as (
    select
        drawn.*,
        placements.product_id,
        case
            when drawn.pool_draw < arms.treatment_share / arms.share_sum
                then 'treatment'
            else 'control'
        end as pool
    from drawn
    inner join arms on drawn.experiment_id = arms.experiment_id
    left join placements
        on
            drawn.campaign_id = placements.campaign_id
            and drawn.customer_id = placements.customer_id
),

-- The system picks among those whom the campaign would contact, the most engaged first.
numbered as (
    select
        *,
        row_number() over (
            partition by experiment_id, pool
            order by
                case when pool = 'treatment' then engagement_rank else pick_draw end,
                customer_id
        ) as pick
    from pooled
    where
        pool = 'control'
        or product_id is not null
)

select * from numbered
