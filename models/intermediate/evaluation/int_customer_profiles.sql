with origin_customers as (
    select * from {{ ref('int_origin_customers') }}
),

populations as (
    select
        origin,
        ceil(count(*) / 10.0) as top_tenth_size
    from origin_customers
    group by origin
),

-- Most customers share all their features with many others: what ranks by features
-- alone need not look at each of them.
profiles as (
    select
        origin_customers.origin,
        {{ for_each_feature('origin_customers.{feature}') }},
        origin_customers.other_interaction_frequency,
        origin_customers.recent_activity,
        count(*) as customer_count,
        count(case when origin_customers.is_late then 1 end) as interaction_count,
        count(case when origin_customers.is_late_purchaser then 1 end)
            as purchased_count,
        count(
            case
                when
                    origin_customers.is_late
                    and origin_customers.engagement_rank <= populations.top_tenth_size
                    then 1
            end
        ) as top_tenth_interaction_count,
        count(
            case
                when
                    origin_customers.is_late_purchaser
                    and origin_customers.engagement_rank <= populations.top_tenth_size
                    then 1
            end
        ) as top_tenth_purchased_count
    from origin_customers
    inner join populations on origin_customers.origin = populations.origin
    group by
        origin_customers.origin,
        {{ for_each_feature('origin_customers.{feature}') }},
        origin_customers.other_interaction_frequency,
        origin_customers.recent_activity
)

select * from profiles
