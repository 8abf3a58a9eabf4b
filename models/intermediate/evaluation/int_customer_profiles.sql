with origin_customers as (
    select * from {{ ref('int_origin_customers') }}
),

ranking as (
    select * from {{ ref('int_origin_engagement_ranks') }}
),

populations as (
    select
        origin,
        ceil(count(*) / 10.0) as top_tenth_size
    from ranking
    group by origin
),

top_responders as (
    select
        ranking.origin,
        ranking.customer_id
    from ranking
    inner join populations on ranking.origin = populations.origin
    where
        ranking.is_late
        and ranking.engagement_rank <= populations.top_tenth_size
),

-- Most customers share all their features with many others: rankings by features alone
-- need one row for all of them.
profiles as (
    select
        origin_customers.origin,
        {{ for_each_feature('origin_customers.{feature}') }},
        origin_customers.other_interaction_frequency,
        count(*) as customer_count,
        count(case when origin_customers.is_late then 1 end) as interaction_count,
        count(case when origin_customers.is_late_purchaser then 1 end)
            as purchased_count,
        count(top_responders.customer_id) as top_tenth_interaction_count,
        count(
            case
                when origin_customers.is_late_purchaser
                    then top_responders.customer_id
            end
        ) as top_tenth_purchased_count
    from origin_customers
    left join top_responders
        on
            origin_customers.origin = top_responders.origin
            and origin_customers.customer_id = top_responders.customer_id
    group by
        origin_customers.origin,
        {{ for_each_feature('origin_customers.{feature}') }},
        origin_customers.other_interaction_frequency
)

select * from profiles
