{#
    The top of each ranking of customers: its first tenth, which the evidence measures, and as
    deep as lists reach. No list reaches deeper than its places and the customers that its
    product excludes. Held-out customers are in no list, so they have no place now.
#}
with scores as (
    select * from {{ ref('int_customer_scores') }}
    where not is_held_out
),

customers as (
    select * from {{ ref('int_cutoff_customers') }}
),

longest_lists as (
    select
        origin,
        {{ list_depth() }} + max(excluded_count) as place
    from {{ ref('int_ranked_products') }}
    group by origin
),

deepest as (
    select
        populations.origin,
        greatest(
            coalesce(longest_lists.place, 0), ceil(populations.customer_count / 10.0)
        ) as place
    from (
        select
            origin,
            count(*) as customer_count
        from {{ ref('int_cutoff_customers') }}
        group by origin
    ) as populations
    left join longest_lists on populations.origin = longest_lists.origin
),

-- Optimisation: most customers are far from the top, and need no sort. Reads the table:
-- an engine would hold in memory what a query names twice. None where lists reach deep.
lowest_scores as (
    select
        quantiles.origin,
        quantiles.ranking,
        case
            when deepest.place <= 0.14 * quantiles.customer_count then quantiles.score
        end as score
    from (
        select
            origin,
            ranking,
            count(*) as customer_count,
            percentile_disc(0.85) within group (order by score) as score
        from {{ ref('int_customer_scores') }}
        where not is_held_out
        group by origin, ranking
    ) as quantiles
    inner join deepest on quantiles.origin = deepest.origin
),

near_the_top as (
    select scores.*
    from scores
    inner join lowest_scores
        on
            scores.origin = lowest_scores.origin
            and scores.ranking = lowest_scores.ranking
    where lowest_scores.score is null or scores.score >= lowest_scores.score
),

placed as (
    select
        scores.origin,
        scores.ranking,
        scores.customer_id,
        scores.score,
        row_number() over (
            partition by scores.origin, scores.ranking
            order by
                scores.score desc,
                customers.last_interaction_at desc,
                scores.customer_id asc
        ) as place
    from near_the_top as scores
    inner join customers
        on
            scores.origin = customers.origin
            and scores.customer_id = customers.customer_id
),

final as (
    select
        placed.origin,
        placed.ranking,
        placed.place,
        placed.customer_id,
        placed.score
    from placed
    inner join deepest
        on placed.origin = deepest.origin and placed.place <= deepest.place
)

select * from final
