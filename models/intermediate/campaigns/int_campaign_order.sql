{#
    The customers who can get places of a campaign, in the order in which they do. That is the
    order of the ranking that serves, or of the expected profit, as the campaign says. Where it
    explores, a draw gives each customer to one ranking. Each ranking orders its own customers
    of a class of history, and all rankings are cut at the same share of the class: the places
    of a class are those that it has anyway. So rankings differ in whom they choose, not in how
    deep they reach into a class.
#}
with campaign_customers as (
    select * from {{ ref('int_campaign_customers') }}
    where capacity > 0
),

campaigns as (
    select
        campaign_id,
        objective
    from {{ ref('stg_campaigns') }}
),

classes as (
    select * from {{ ref('int_campaign_classes') }}
    where window_number = 0
),

class_values as (
    select * from {{ ref('int_class_values') }}
),

probabilities as (
    select * from {{ ref('int_exploration_probabilities') }}
),

served as (
    select ranking
    from {{ ref('int_served_rankings') }}
    where audience = 'customers'
),

log_window as (
    select * from {{ ref('int_log_window') }}
),

drawn as (
    select
        campaign_customers.*,
        classes.history_class,
        -- Rounded: both engines have the same ties.
        round(class_values.expected_profit, 12) as expected_profit,
        case
            when campaigns.objective = 'profit'
                then coalesce(class_values.expected_profit, 0)
            else 0
        end as objective_value,
        -- Another day is another draw.
        {{ unit_draw(
            "'explore:' || campaign_customers.campaign_id || ':'"
            ~ " || cast(cast(log_window.as_of_at as date) as " ~ dbt.type_string() ~ ")",
            'campaign_customers.customer_id'
        ) }} as draw
    from campaign_customers
    inner join campaigns on campaign_customers.campaign_id = campaigns.campaign_id
    inner join classes
        on
            campaign_customers.campaign_id = classes.campaign_id
            and campaign_customers.customer_id = classes.customer_id
    left join class_values
        on
            classes.campaign_id = class_values.campaign_id
            and classes.score_class = class_values.score_class
            and classes.history_class = class_values.history_class
    cross join log_window
),

assigned as (
    select
        drawn.*,
        coalesce(probabilities.ranking, served.ranking) as placed_by,
        coalesce(probabilities.ranking <> served.ranking, false) as is_explored,
        coalesce(probabilities.probability, 1) as placement_probability
    from drawn
    cross join served
    left join probabilities
        on
            drawn.campaign_id = probabilities.campaign_id
            and drawn.history_class = probabilities.history_class
            and drawn.draw >= probabilities.draw_from
            and drawn.draw < probabilities.draw_until
),

-- Scores of other rankings are needed for the explored customers alone.
explored_scores as (
    select
        assigned.campaign_id,
        assigned.customer_id,
        scores.score
    from assigned
    inner join {{ ref('int_customer_scores') }} as scores
        on
            assigned.customer_id = scores.customer_id
            and assigned.placed_by = scores.ranking
    where
        assigned.is_explored
        and scores.origin = 0
),

-- The middle of its place, as a share: the first of two customers lies at a quarter.
numbered as (
    select
        assigned.*,
        (
            row_number() over (
                partition by
                    assigned.campaign_id, assigned.history_class, assigned.placed_by
                order by
                    explored_scores.score desc,
                    assigned.objective_value desc,
                    assigned.customer_rank asc
            ) - cast(0.5 as double)
        )
        / count(*) over (
            partition by
                assigned.campaign_id, assigned.history_class, assigned.placed_by
        ) as share_of_ranking
    from assigned
    left join explored_scores
        on
            assigned.campaign_id = explored_scores.campaign_id
            and assigned.customer_id = explored_scores.customer_id
),

chosen as (
    select
        *,
        row_number() over (
            partition by campaign_id, history_class
            order by
                share_of_ranking asc, objective_value desc, customer_rank asc
        ) as class_rank
    from numbered
),

ranked as (
    select
        campaign_id,
        history_class,
        row_number() over (
            partition by campaign_id
            order by objective_value desc, customer_rank asc
        ) as campaign_rank
    from drawn
),

-- The places of each class in the order without exploration.
class_places as (
    select
        campaign_id,
        history_class,
        campaign_rank,
        row_number() over (
            partition by campaign_id, history_class
            order by campaign_rank
        ) as class_rank
    from ranked
),

final as (
    select
        chosen.campaign_id,
        chosen.customer_id,
        chosen.customer_rank,
        chosen.capacity,
        chosen.history_class,
        chosen.expected_profit,
        chosen.placed_by,
        chosen.placement_probability,
        class_places.campaign_rank
    from chosen
    inner join class_places
        on
            chosen.campaign_id = class_places.campaign_id
            and chosen.history_class = class_places.history_class
            and chosen.class_rank = class_places.class_rank
)

select * from final
