-- A better rank has the higher score. Ties go to the later last interaction, then to
-- the smaller id.
with customers as (
    select * from {{ ref('customers') }}
)

select
    better.customer_id,
    worse.customer_id as worse_customer_id
from customers as better
inner join customers as worse on better.engagement_rank = worse.engagement_rank - 1
where
    better.engagement_score < worse.engagement_score
    or (
        better.engagement_score = worse.engagement_score
        and better.last_interaction_at < worse.last_interaction_at
    )
    or (
        better.engagement_score = worse.engagement_score
        and better.last_interaction_at = worse.last_interaction_at
        and better.customer_id > worse.customer_id
    )
