-- How many customers share their score with others, by part of the ranking. Among them
-- the last interaction and the id decide the rank, not the engagement.
with customers as (
    select * from {{ ref('customers') }}
),

ties as (
    select
        engagement_score,
        min(engagement_rank) as first_rank,
        count(*) as customer_count
    from customers
    group by engagement_score
),

banded as (
    select
        customer_count,
        case
            when first_rank <= 10 then '1: rank 1 to 10'
            when first_rank <= 100 then '2: rank 11 to 100'
            when first_rank <= 1000 then '3: rank 101 to 1,000'
            when first_rank <= 10000 then '4: rank 1,001 to 10,000'
            else '5: below'
        end as ranks
    from ties
)

select
    ranks,
    sum(customer_count) as customer_count,
    count(*) as distinct_score_count,
    sum(case when customer_count > 1 then customer_count else 0 end) as tied_count,
    max(customer_count) as largest_tie
from banded
group by ranks
order by ranks asc
