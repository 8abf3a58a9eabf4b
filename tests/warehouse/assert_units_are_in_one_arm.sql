-- A unit is in one arm of an experiment, and a customer is in one experiment of a layer
-- at a time.
with assignments as (
    select * from {{ ref('experiment_assignments') }}
),

designs as (
    select * from {{ ref('experiment_designs') }}
),

repeated as (
    select
        experiment_id,
        unit_id,
        'is listed ' || cast(count(*) as {{ dbt.type_string() }})
        || ' times, expected once' as problem
    from assignments
    group by experiment_id, unit_id
    having count(*) > 1
),

of_customers as (
    select
        assignments.experiment_id,
        assignments.unit_id,
        designs.layer,
        coalesce(assignments.contacted_on, designs.starts_on) as first_on,
        cast(coalesce(assignments.contacted_on, designs.ends_on) as timestamp)
        + interval '1' day * designs.attribution_days as last_on
    from assignments
    inner join designs on assignments.experiment_id = designs.experiment_id
    where designs.campaign_id is not null
),

shared as (
    select
        one.experiment_id,
        one.unit_id,
        'is at the same time in ' || other.experiment_id as problem
    from of_customers as one
    inner join of_customers as other
        on
            one.unit_id = other.unit_id
            and one.layer = other.layer
            and one.experiment_id < other.experiment_id
            and one.first_on < other.last_on
            and one.last_on > other.first_on
),

problems as (
    select * from repeated
    union all
    select * from shared
)

select experiment_id || ', unit ' || unit_id || ' ' || problem as problem
from problems
