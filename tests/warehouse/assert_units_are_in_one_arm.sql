-- A customer is in one arm of an experiment, and at a time in one experiment of a
-- layer.
with assignments as (
    select
        assignments.experiment_id,
        assignments.unit_id,
        experiments.layer,
        experiments.starts_on,
        experiments.ends_on
    from {{ ref('experiment_assignments') }} as assignments
    inner join {{ ref('stg_experiments') }} as experiments
        on assignments.experiment_id = experiments.experiment_id
    where experiments.campaign_id is not null
),

repeated as (
    select
        experiment_id,
        unit_id
    from assignments
    group by experiment_id, unit_id
    having count(*) > 1
),

shared as (
    select
        one.experiment_id,
        one.unit_id
    from assignments as one
    inner join assignments as other
        on
            one.unit_id = other.unit_id
            and one.layer = other.layer
            and one.experiment_id < other.experiment_id
            and one.starts_on <= other.ends_on
            and one.ends_on >= other.starts_on
)

select * from repeated
union all
select * from shared
