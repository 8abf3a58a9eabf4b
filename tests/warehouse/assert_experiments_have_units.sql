-- Every experiment finds as many customers as its arms need.
with experiments as (
    select * from {{ ref('stg_experiments') }}
    where
        is_active
        and campaign_id is not null
),

needed as (
    select
        experiments.experiment_id,
        replace(arms.arm, '_holdout', '') as pool,
        round(max(experiments.units) * sum(arms.share)) as needed_count
    from experiments
    inner join {{ ref('stg_experiment_arms') }} as arms
        on experiments.experiment_id = arms.experiment_id
    group by experiments.experiment_id, replace(arms.arm, '_holdout', '')
),

found as (
    select
        experiment_id,
        replace(arm, '_holdout', '') as pool,
        count(*) as unit_count,
        max(case when has_started then 1 else 0 end) as has_started
    from {{ ref('experiment_assignments') }}
    group by experiment_id, replace(arm, '_holdout', '')
)

select
    'seeds/experiments.csv, ' || needed.experiment_id || ': ' || needed.pool
    || ' needs ' || cast(needed.needed_count as bigint) || ' customers, and '
    || coalesce(found.unit_count, 0)
    || ' are available. Lower units, or let the campaign reach more.' as problem
from needed
left join found
    on
        needed.experiment_id = found.experiment_id
        and needed.pool = found.pool
where
    coalesce(found.has_started, 0) = 0
    and coalesce(found.unit_count, 0) < needed.needed_count
