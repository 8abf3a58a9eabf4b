{#
    Customers whom no other campaign contacts for now, contacted and held out alike, so that
    both arms of a test differ in its contact only. A unit of an experiment is in a test until
    its attribution window ends; a customer of a campaign that holds some out, until its
    response window does.
#}
with contacts as (
    select * from {{ ref('stg_contacts') }}
    where is_exported
),

log_window as (
    select * from {{ ref('int_log_window') }}
),

experiments as (
    select * from {{ ref('stg_started_experiments') }}
),

-- Campaigns without a holdout are no test. A campaign that is no longer in the seed has
-- the default window.
campaigns as (
    select
        contacts.campaign_id,
        coalesce(max(campaigns.response_days), 14) as response_days
    from contacts
    left join {{ ref('stg_campaigns') }} as campaigns
        on contacts.campaign_id = campaigns.campaign_id
    where
        contacts.arm = 'holdout'
        and contacts.experiment_id is null
    group by contacts.campaign_id
),

in_experiments as (
    select
        contacts.campaign_id,
        contacts.customer_id,
        true as is_experiment
    from contacts
    inner join experiments on contacts.experiment_id = experiments.experiment_id
    cross join log_window
    where
        cast(contacts.contacted_at as timestamp)
        + interval '1' day * experiments.attribution_days
        > log_window.as_of_at
),

in_campaigns as (
    select
        contacts.campaign_id,
        contacts.customer_id,
        false as is_experiment
    from contacts
    inner join campaigns on contacts.campaign_id = campaigns.campaign_id
    cross join log_window
    where
        contacts.experiment_id is null
        and cast(contacts.contacted_at as timestamp)
        + interval '1' day * campaigns.response_days
        > log_window.as_of_at
),

final as (
    select distinct * from in_experiments
    union all
    select distinct * from in_campaigns
)

select * from final
