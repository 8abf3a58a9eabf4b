{#
    The rankings that a campaign with an explored share tries, with the responses so far:
    customers whom the ranking placed, once each, whose response window has ended. By class of
    history, because another ranking may be the best one there; all reach a class at the same
    depth (int_campaign_order).
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

history_classes as (
    select distinct
        campaign_id,
        history_class
    from {{ ref('int_campaign_classes') }}
    where window_number = 0
),

responses as (
    select * from {{ ref('int_placed_responses') }}
),

final as (
    select
        campaigns.campaign_id,
        history_classes.history_class,
        rankings.ranking,
        campaigns.exploration_share,
        rankings.ranking = served.ranking as is_served,
        count(responses.customer_id) as contact_count,
        coalesce(sum(responses.responded), 0) as response_count
    from campaigns
    inner join history_classes
        on campaigns.campaign_id = history_classes.campaign_id
    cross join rankings
    cross join served
    left join responses
        on
            campaigns.campaign_id = responses.campaign_id
            and history_classes.history_class = responses.history_class
            and rankings.ranking = responses.placed_by
    group by
        campaigns.campaign_id, history_classes.history_class, rankings.ranking,
        served.ranking, campaigns.exploration_share
)

select * from final
