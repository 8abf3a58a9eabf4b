{#
    Customers who suit the campaign of an experiment, in its part of the layer, divided at
    random into two pools: out of one the system picks, out of the other chance does. Both
    are the same population, so that the two ways to pick can be compared.
#}
{# Layers and experiments of one name have nothing in common. #}
{% set name = "'experiment:' || experiment_id" %}
{% set layer_draw = unit_draw(
    "'layer:' || open_experiments.layer", 'campaign_customers.customer_id'
) %}
with experiments as (
    select * from {{ ref('int_experiment_designs') }}
    where campaign_id is not null
),

campaign_customers as (
    select campaign_customers.*
    from {{ ref('int_campaign_customers') }} as campaign_customers
    left join {{ ref('int_campaign_claims') }} as claims
        on
            campaign_customers.campaign_id = claims.campaign_id
            and campaign_customers.customer_id = claims.customer_id
    where
        campaign_customers.capacity > 0
        and claims.customer_id is null
),

-- A customer with several places gets the product of the most likely pair.
placements as (
    select
        placements.campaign_id,
        placements.customer_id,
        placements.product_id,
        row_number() over (
            partition by placements.campaign_id, placements.customer_id
            order by
                case when signals.signal_place is null then 1 else 0 end,
                signals.signal_place,
                placements.product_id
        ) as place_number
    from {{ ref('int_campaign_placements') }} as placements
    left join {{ ref('int_campaign_signals') }} as signals
        on
            placements.campaign_id = signals.campaign_id
            and placements.product_id = signals.product_id
            and placements.customer_id = signals.customer_id
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

-- Units of another experiment in the layer, until its windows have ended.
occupied as (
    select
        open_experiments.experiment_id,
        contacts.customer_id
    from open_experiments
    inner join {{ ref('stg_started_experiments') }} as other_experiments
        on open_experiments.layer = other_experiments.layer
    inner join {{ ref('stg_contacts') }} as contacts
        on other_experiments.experiment_id = contacts.experiment_id
    where
        contacts.contacted_at
        <= cast(open_experiments.ends_on as timestamp)
        + interval '1' day * open_experiments.attribution_days
        and cast(contacts.contacted_at as timestamp)
        + interval '1' day * other_experiments.attribution_days
        > open_experiments.starts_on
    group by open_experiments.experiment_id, contacts.customer_id
),

in_layer as (
    select
        open_experiments.experiment_id,
        open_experiments.campaign_id,
        campaign_customers.customer_id,
        campaign_customers.customer_rank,
        open_experiments.treatment_share + open_experiments.treatment_holdout_share
            as pool_share
    from open_experiments
    inner join campaign_customers
        on open_experiments.campaign_id = campaign_customers.campaign_id
    left join occupied
        on
            open_experiments.experiment_id = occupied.experiment_id
            and campaign_customers.customer_id = occupied.customer_id
    where
        occupied.customer_id is null
        and {{ layer_draw }}
        >= open_experiments.layer_from
        and {{ layer_draw }}
        < open_experiments.layer_to
),

drawn as (
    select
        *,
        {{ unit_draw(name, 'customer_id', 0) }} as pool_draw,
        {{ unit_draw(name, 'customer_id', 1) }} as arm_draw,
        {{ unit_draw(name, 'customer_id', 2) }} as pick_draw,
        {{ unit_draw(name, 'customer_id', 3) }} as product_draw
    from in_layer
),

pooled as (
    select
        drawn.*,
        placements.product_id,
        case
            when drawn.pool_draw < drawn.pool_share
                then 'treatment'
            else 'control'
        end as pool
    from drawn
    left join placements
        on
            drawn.campaign_id = placements.campaign_id
            and drawn.customer_id = placements.customer_id
            and placements.place_number = 1
),

-- The system picks the first customers with a place, by the ranking of customers.
numbered as (
    select
        *,
        row_number() over (
            partition by experiment_id, pool
            order by
                case when pool = 'treatment' then customer_rank else pick_draw end,
                customer_id
        ) as pick
    from pooled
    where
        pool = 'control'
        or product_id is not null
)

select * from numbered
