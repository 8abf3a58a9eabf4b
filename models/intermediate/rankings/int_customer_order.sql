{#
    Customers in the order of the ranking that serves; the same for every product. Held-out
    customers come after all others, so that the ranks of lists have no gaps.
#}
with scores as (
    select * from {{ ref('int_customer_scores') }}
    where origin = 0
),

served as (
    select ranking
    from {{ ref('int_served_rankings') }}
    where audience = 'customers'
),

customers as (
    select
        customer_id,
        last_interaction_at
    from {{ ref('int_cutoff_customers') }}
    where origin = 0
),

ordered as (
    select
        scores.ranking,
        scores.customer_id,
        scores.score as customer_score,
        scores.is_held_out,
        row_number() over (
            order by
                scores.is_held_out asc,
                scores.score desc,
                customers.last_interaction_at desc,
                scores.customer_id asc
        ) as customer_rank
    from scores
    inner join served on scores.ranking = served.ranking
    inner join customers on scores.customer_id = customers.customer_id
)

select * from ordered
