with experiment_arms as (
    select * from {{ ref('experiment_arms') }}
),

typed as (
    select
        trim(experiment_id) as experiment_id,
        lower(trim(arm)) as arm,
        {{ seed_value('share', 'double') }} as share
    from experiment_arms
)

select * from typed
