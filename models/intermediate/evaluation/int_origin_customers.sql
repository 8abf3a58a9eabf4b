with interactions as (
    select * from {{ ref('int_evaluated_interactions') }}
),

origins as (
    select * from {{ ref('int_rolling_origins') }}
),

feature_weights as (
    select * from {{ ref('int_weight_sets') }}
    where is_in_use
),

early_pairs as (
    select
        origins.origin,
        interactions.customer_id,
        interactions.product_id,
        count(*) as interaction_count,
        count(
            case
                when
                    interactions.event_at
                    >= {{ days_later(-30, 'origins.split_at') }}
                    then 1
            end
        ) as recent_count,
        sum(interactions.event_weight) as event_weight_sum,
        min(interactions.event_at) as first_interaction_at,
        max(interactions.event_at) as last_interaction_at
    from interactions
    cross join origins
    where interactions.event_at < origins.split_at
    group by origins.origin, interactions.customer_id, interactions.product_id
),

early_customers as (
    select
        origin,
        customer_id,
        sum(interaction_count) as total_interactions,
        count(*) as unique_products,
        sum(recent_count) as recent_count,
        sum(event_weight_sum) as event_weight_sum,
        min(first_interaction_at) as first_interaction_at,
        max(last_interaction_at) as last_interaction_at
    from early_pairs
    group by origin, customer_id
),

late_customers as (
    select
        origins.origin,
        interactions.customer_id,
        count(case when interactions.event = 'purchased' then 1 end)
            as purchased_count
    from interactions
    cross join origins
    where
        interactions.event_at >= origins.split_at
        and (
            origins.late_until_at is null
            or interactions.event_at < origins.late_until_at
        )
    group by origins.origin, interactions.customer_id
),

features as (
    select
        early_customers.origin,
        early_customers.customer_id,
        early_customers.last_interaction_at,
        {{ engagement_feature_columns('early_customers', 'origins.split_at') }},
        {{ interaction_frequency(
            'early_customers', 'origins.split_at', other_definition('frequency_days')
        ) }} as other_interaction_frequency,
        cast(early_customers.recent_count as double)
        / (
            {{ dbt.datediff(
                'early_customers.last_interaction_at', 'origins.split_at', 'day'
            ) }} + 1
        ) as recent_activity
    from early_customers
    inner join origins on early_customers.origin = origins.origin
),

bounds as (
    select
        origin,
        {{ feature_bounds() }}
    from features
    group by origin
),

scored as (
    select
        features.origin,
        features.customer_id,
        features.last_interaction_at,
        {{ engagement_score('features') }} as engagement_score
    from features
    inner join bounds on features.origin = bounds.origin
    cross join feature_weights
),

ranked as (
    select
        origin,
        customer_id,
        {{ engagement_rank(within='origin') }} as engagement_rank
    from scored
),

joined as (
    select
        features.*,
        ranked.engagement_rank,
        late_customers.customer_id is not null as is_late,
        coalesce(late_customers.purchased_count > 0, false) as is_late_purchaser
    from features
    inner join ranked
        on
            features.origin = ranked.origin
            and features.customer_id = ranked.customer_id
    left join late_customers
        on
            features.origin = late_customers.origin
            and features.customer_id = late_customers.customer_id
)

select * from joined
