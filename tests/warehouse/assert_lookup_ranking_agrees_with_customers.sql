-- The ranking that the API reads has every customer with the rank and score of the
-- mart, except those who are held out.
with listed as (
    select customers.*
    from {{ ref('customers') }} as customers
    left join {{ ref('global_holdout') }} as global_holdout
        on
            customers.customer_id = global_holdout.customer_id
            and global_holdout.is_current
    where global_holdout.customer_id is null
)

select
    customers.customer_id,
    ranking.customer_id as ranked_customer_id
from listed as customers
full outer join {{ ref('lookup_ranking') }} as ranking
    on customers.customer_id = ranking.customer_id
where
    customers.customer_id is null
    or ranking.customer_id is null
    or customers.customer_rank <> ranking.customer_rank
    or customers.customer_score <> ranking.customer_score
    or customers.customer_ranking <> ranking.ranking
