-- Units of `experiment_units` belong to an experiment and an arm of the seeds.
with units as (
    select
        experiment_id,
        arm,
        min(unit_id) as unit_id,
        min(line_number) as line_number
    from {{ ref('stg_experiment_units') }}
    where outcome = 'accepted'
    group by experiment_id, arm
),

experiments as (
    select * from {{ ref('stg_experiments') }}
),

arms as (
    select * from {{ ref('stg_experiment_arms') }}
),

problems as (
    select
        units.unit_id,
        units.experiment_id,
        case
            when experiments.experiment_id is null
                then 'seeds/experiments.csv has no such experiment'
            when experiments.campaign_id is not null
                then
                    'it has the campaign ' || experiments.campaign_id
                    || ', whose customers are its units: leave the campaign empty'
            when arms.arm is null
                then
                    'seeds/experiment_arms.csv has no arm ' || units.arm || ' of it'
        end as problem
    from units
    left join experiments on units.experiment_id = experiments.experiment_id
    left join arms
        on
            units.experiment_id = arms.experiment_id
            and units.arm = arms.arm
)

select
    'experiment_units, unit ' || unit_id || ' of ' || experiment_id || ': ' || problem
    || '.' as problem
from problems
where problem is not null
