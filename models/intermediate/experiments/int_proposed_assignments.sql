{# Who would be in which arm if the experiment started now. #}
with experiments as (
    select
        *,
        treatment_share + treatment_holdout_share as treatment_pool_share,
        control_share + control_holdout_share as control_pool_share
    from {{ ref('int_experiment_designs') }}
),

pools as (
    select * from {{ ref('int_experiment_pools') }}
),

campaign_products as (
    select * from {{ ref('int_campaign_products') }}
),

exclusions as (
    select * from {{ ref('int_campaign_exclusions') }}
),

picked as (
    select
        pools.experiment_id,
        pools.campaign_id,
        pools.customer_id,
        pools.pool,
        pools.product_id,
        pools.product_draw,
        pools.pick,
        count(*) over (partition by pools.experiment_id, pools.pool) as pool_size,
        case
            when
                pools.arm_draw
                < case pools.pool
                    when 'treatment'
                        then
                            experiments.treatment_share
                            / experiments.treatment_pool_share
                    else
                        experiments.control_share / experiments.control_pool_share
                end
                then pools.pool
            else pools.pool || '_holdout'
        end as arm
    from pools
    inner join experiments on pools.experiment_id = experiments.experiment_id
    where
        pools.pick
        <= round(
            experiments.units
            * case pools.pool
                when 'treatment'
                    then experiments.treatment_pool_share
                else experiments.control_pool_share
            end
        )
),

product_counts as (
    select
        campaign_id,
        count(*) as product_count
    from campaign_products
    group by campaign_id
),

-- Chance picks the product too; where it must not be, the next one, up to three times.
attempts as (
    select {{ each_number(0, 2) }} as attempt
),

drawn_products as (
    select
        picked.experiment_id,
        picked.customer_id,
        campaign_products.product_id,
        row_number() over (
            partition by picked.experiment_id, picked.customer_id
            order by attempts.attempt
        ) as choice
    from picked
    inner join product_counts on picked.campaign_id = product_counts.campaign_id
    cross join attempts
    inner join campaign_products
        on
            picked.campaign_id = campaign_products.campaign_id
            and mod(
                cast(
                    floor(picked.product_draw * product_counts.product_count) as bigint
                ) + attempts.attempt,
                product_counts.product_count
            ) + 1 = campaign_products.product_place
    left join exclusions
        on
            picked.campaign_id = exclusions.campaign_id
            and campaign_products.product_id = exclusions.product_id
            and picked.customer_id = exclusions.customer_id
    where
        picked.pool = 'control'
        and exclusions.customer_id is null
),

final as (
    select
        picked.experiment_id,
        picked.customer_id,
        picked.arm,
        case
            when picked.pool = 'control'
                then drawn_products.product_id
            else picked.product_id
        end as product_id,
        -- int_campaign_classes has the same thirds.
        case
            when picked.pool = 'control' then null
            when picked.pick * 3 <= picked.pool_size then 'first, 1st third'
            when picked.pick * 3 <= picked.pool_size * 2 then 'first, 2nd third'
            else 'first, 3rd third'
        end as score_class
    from picked
    left join drawn_products
        on
            picked.experiment_id = drawn_products.experiment_id
            and picked.customer_id = drawn_products.customer_id
            and drawn_products.choice = 1
)

select * from final
