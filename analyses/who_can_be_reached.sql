-- Which customers a ranking trained before the split can reach: by month of the first
-- interaction, how many were known at the split, and how many came back.
with customers as (
    select * from {{ ref('customers') }}
),

profile as (
    select * from {{ ref('dataset_profile') }}
),

sided as (
    select
        {{ dbt.date_trunc('month', 'customers.first_interaction_at') }} as first_month,
        customers.total_interactions,
        customers.first_interaction_at < profile.split_at as is_known,
        customers.last_interaction_at >= profile.split_at as is_late
    from customers
    cross join profile
),

counted as (
    select
        first_month,
        count(*) as customer_count,
        count(case when is_known then 1 end) as known_count,
        count(case when is_known and is_late then 1 end) as reachable_count,
        avg(case when is_known and is_late then total_interactions end)
            as mean_interactions_of_reachable
    from sided
    group by first_month
)

select
    *,
    {{ share('reachable_count', 'known_count') }} as reachable_share
from counted
order by first_month asc
