{#
    What each unit did after its contact: in the log within the attribution window, for
    holdouts from the same day on; or as the table of experiment_units says.
#}
{% set has_amounts = input_settings('log').amounts != [] %}

with experiments as (
    select * from {{ ref('int_experiment_designs') }}
),

contacts as (
    select
        experiment_id,
        customer_id,
        min(contacted_at) as contacted_at,
        min(experiment_arm) as arm,
        min(score_class) as score_class,
        sum(cost) as cost
    from {{ ref('stg_contacts') }}
    where experiment_id is not null
    group by experiment_id, customer_id
),

interactions as (
    select * from {{ ref('int_interactions') }}
),

brought as (
    select * from {{ ref('stg_experiment_units') }}
    where outcome = 'accepted'
),

counted as (
    select
        contacts.experiment_id,
        contacts.customer_id,
        count(
            case
                when
                    interactions.event_at >= contacts.contacted_at
                    and {{ dbt.datediff(
                        'contacts.contacted_at', 'interactions.event_at', 'day'
                    ) }} < experiments.attribution_days
                    and not interactions.is_feedback
                    then 1
            end
        ) as engagement,
        count(
            case
                when
                    interactions.event_at >= contacts.contacted_at
                    and {{ dbt.datediff(
                        'contacts.contacted_at', 'interactions.event_at', 'day'
                    ) }} < experiments.attribution_days
                    and interactions.event = 'purchased'
                    then 1
            end
        ) as purchase_count,
        {% if has_amounts %}
        sum(
            case
                when
                    interactions.event_at >= contacts.contacted_at
                    and {{ dbt.datediff(
                        'contacts.contacted_at', 'interactions.event_at', 'day'
                    ) }} < experiments.attribution_days
                    then interactions.revenue
            end
        ) as revenue,
        {% endif %}
        count(case when interactions.event_at < contacts.contacted_at then 1 end)
            as earlier_count
    from contacts
    inner join experiments on contacts.experiment_id = experiments.experiment_id
    inner join interactions on contacts.customer_id = interactions.customer_id
    group by contacts.experiment_id, contacts.customer_id
),

from_log as (
    select
        contacts.experiment_id,
        cast(contacts.customer_id as {{ dbt.type_string() }}) as unit_id,
        contacts.arm,
        case when counted.purchase_count > 0 then 1 else 0 end as conversion,
        coalesce(counted.engagement, 0) as engagement,
        {% if has_amounts %}
        coalesce(counted.revenue, 0) as revenue,
        {% else %}
        coalesce(counted.purchase_count, 0) * experiments.value_per_conversion
            as revenue,
        {% endif %}
        -- Skewed: its logarithm says more about what follows.
        ln(1 + coalesce(counted.earlier_count, 0)) as covariate,
        contacts.cost,
        contacts.contacted_at,
        contacts.score_class
    from contacts
    inner join experiments on contacts.experiment_id = experiments.experiment_id
    left join counted
        on
            contacts.experiment_id = counted.experiment_id
            and contacts.customer_id = counted.customer_id
),

as_brought as (
    select
        brought.experiment_id,
        brought.unit_id,
        brought.arm,
        brought.conversion,
        brought.engagement,
        brought.revenue,
        brought.covariate,
        cast(null as timestamp) as contacted_at,
        case
            when brought.arm in ('treatment', 'control')
                then experiments.cost_per_contact
            else 0
        end as cost,
        cast(null as {{ dbt.type_string() }}) as score_class
    from brought
    inner join experiments on brought.experiment_id = experiments.experiment_id
),

final as (
    {% for source in ['from_log', 'as_brought'] %}
    select
        experiment_id,
        unit_id,
        arm,
        contacted_at,
        score_class,
        cast(conversion as double) as conversion,
        cast(engagement as double) as engagement,
        cast(revenue as double) as revenue,
        cast(covariate as double) as covariate,
        cast(cost as double) as cost
    from {{ source }}
    {{ 'union all' if not loop.last }}
    {% endfor %}
)

select * from final
