{#
    How far each experiment is. It has started when its contacts stand in the ledger, or its
    units were brought, and is finished when the window of the last contact has ended. Where
    that contact is not known, it is on the planned last day.

    The reference time may lie long after the log's end. What happened in between is not known,
    so no window ends after the last interaction. Outcomes that were brought are not from the
    log.
#}
with designs as (
    select * from {{ ref('int_experiment_designs') }}
),

log_window as (
    select * from {{ ref('int_log_window') }}
),

outcomes as (
    select
        experiment_id,
        count(*) as unit_count,
        max(contacted_at) as last_contact_at
    from {{ ref('int_experiment_outcomes') }}
    group by experiment_id
),

final as (
    select
        designs.experiment_id,
        coalesce(outcomes.unit_count, 0) as unit_count,
        case
            when outcomes.experiment_id is null
                then 'planned'
            when cast(log_window.as_of_at as date) < designs.ends_on
                then 'running'
            when
                {{ dbt.datediff(
                    'coalesce(outcomes.last_contact_at, designs.ends_on)',
                    'case when outcomes.last_contact_at is null then log_window.as_of_at'
                    ~ ' else least(log_window.as_of_at, log_window.last_interaction_at) end',
                    'day'
                ) }} < designs.attribution_days
                then 'running'
            else 'finished'
        end as state
    from designs
    cross join log_window
    left join outcomes on designs.experiment_id = outcomes.experiment_id
)

select * from final
