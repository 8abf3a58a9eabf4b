{#
    The rankings that a campaign with an explored share tries, by class of history, with the
    responses so far: customers whom the ranking placed, once each, whose response window has
    ended.
#}
{% set candidates = rankings() | selectattr('ranks', 'equalto', 'customers')
    | selectattr('is_candidate') | map(attribute='name') | list %}

with campaigns as (
    select * from {{ ref('stg_campaigns') }}
    where
        is_active
        and exploration_share > 0
),

served as (
    select ranking
    from {{ ref('int_served_rankings') }}
    where audience = 'customers'
),

rankings as (
    select distinct ranking
    from {{ ref('int_customer_scores') }}
    where
        origin = 0
        and (
            ranking in (
                {{ text_values(candidates) }}
            )
            or ranking in (select served.ranking from served)
        )
),

log_window as (
    select * from {{ ref('int_log_window') }}
),

placed as (
    select
        contacts.campaign_id,
        contacts.customer_id,
        min(contacts.contacted_at) as contacted_at,
        min(contacts.placed_by) as placed_by,
        min(contacts.history_class) as history_class
    from {{ ref('stg_contacts') }} as contacts
    where
        contacts.placed_by is not null
        and contacts.arm = 'contact'
        and contacts.experiment_id is null
    group by contacts.campaign_id, contacts.customer_id
),

purchases as (
    select
        customer_id,
        event_at
    from {{ ref('int_interactions') }}
    where event = 'purchased'
),

responses as (
    select
        placed.campaign_id,
        placed.customer_id,
        placed.placed_by,
        placed.history_class,
        max(case when purchases.customer_id is not null then 1 else 0 end) as responded
    from placed
    inner join campaigns on placed.campaign_id = campaigns.campaign_id
    cross join log_window
    left join purchases
        on
            placed.customer_id = purchases.customer_id
            and placed.contacted_at <= purchases.event_at
            and {{ days_later('campaigns.response_days', 'placed.contacted_at') }}
            > purchases.event_at
    where {{ days_later('campaigns.response_days', 'placed.contacted_at') }}
        <= log_window.last_interaction_at
    group by
        placed.campaign_id, placed.customer_id, placed.placed_by, placed.history_class
),

final as (
    select
        campaigns.campaign_id,
        history_classes.history_class,
        rankings.ranking,
        rankings.ranking = served.ranking as is_served,
        campaigns.exploration_share,
        count(responses.customer_id) as contact_count,
        coalesce(sum(responses.responded), 0) as response_count
    from campaigns
    cross join rankings
    cross join served
    cross join (
        {% for history_class in history_classes() %}
        select '{{ history_class }}' as history_class
        {{ 'union all' if not loop.last }}
        {% endfor %}
    ) as history_classes
    left join responses
        on
            campaigns.campaign_id = responses.campaign_id
            and rankings.ranking = responses.placed_by
            and history_classes.history_class = responses.history_class
    group by
        campaigns.campaign_id, history_classes.history_class, rankings.ranking,
        served.ranking, campaigns.exploration_share
)

select * from final
