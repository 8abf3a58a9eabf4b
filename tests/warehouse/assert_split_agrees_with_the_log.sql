-- The numbers of early, late and returning customers in `dataset_profile` are those of
-- the log.
with sides as (
    select
        interactions.customer_id,
        min(case when interactions.event_at < temporal_split.split_at then 1 else 2 end)
            as first_side,
        max(case when interactions.event_at < temporal_split.split_at then 1 else 2 end)
            as last_side
    from {{ ref('int_interactions') }} as interactions
    cross join {{ ref('int_temporal_split') }} as temporal_split
    group by interactions.customer_id
),

counted as (
    select
        sum(case when first_side = 1 then 1 else 0 end) as early_customer_count,
        sum(case when last_side = 2 then 1 else 0 end) as late_customer_count,
        sum(case when first_side = 1 and last_side = 2 then 1 else 0 end)
            as returning_customer_count
    from sides
)

select
    counted.early_customer_count,
    counted.late_customer_count,
    counted.returning_customer_count
from counted
cross join {{ ref('dataset_profile') }} as dataset_profile
where
    counted.early_customer_count <> dataset_profile.early_customer_count
    or counted.late_customer_count <> dataset_profile.late_customer_count
    or counted.returning_customer_count <> dataset_profile.returning_customer_count
