-- The ranking that the API reads has every customer with the rank and score of the
-- mart.
select
    customers.customer_id,
    ranking.customer_id as ranked_customer_id
from {{ ref('customers') }} as customers
full outer join {{ ref('lookup_ranking') }} as ranking
    on customers.customer_id = ranking.customer_id
where
    customers.customer_id is null
    or ranking.customer_id is null
    or customers.customer_rank <> ranking.customer_rank
    or customers.customer_score <> ranking.customer_score
    or customers.customer_ranking <> ranking.ranking
