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

responses as (
    select * from {{ ref('int_placed_responses') }}
),

history_classes as (
    {% for history_class in history_classes() %}
    select '{{ history_class }}' as history_class
    {{ 'union all' if not loop.last }}
    {% endfor %}
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
    cross join rankings
    cross join served
    cross join history_classes
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
