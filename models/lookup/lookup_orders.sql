with served as (
    select * from {{ ref('int_served_rankings') }}
),

-- The one that orders customers is in lookup_ranking.
wanted as (
    select distinct lists.continued_by as ranking
    from served as lists
    left join served as customers
        on
            customers.audience = 'customers'
            and lists.continued_by = customers.ranking
    where customers.ranking is null
),

scores as (
    select * from {{ ref('int_customer_scores') }}
    where origin = 0 and not is_held_out
),

customers as (
    select
        customer_id,
        last_interaction_at
    from {{ ref('int_cutoff_customers') }}
    where origin = 0
),

-- As int_customer_places, which lists are made of.
final as (
    select
        cast(scores.ranking as {{ dbt.type_string() }}) as ranking,
        cast(
            row_number() over (
                partition by scores.ranking
                order by
                    scores.score desc,
                    customers.last_interaction_at desc,
                    scores.customer_id asc
            ) as bigint
        ) as place,
        cast(scores.customer_id as {{ id_type() }}) as customer_id,
        cast(scores.score as double) as score
    from scores
    inner join wanted on scores.ranking = wanted.ranking
    inner join customers on scores.customer_id = customers.customer_id
)

select * from final
