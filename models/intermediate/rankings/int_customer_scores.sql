with scores as (
    {% for ranking in rankings() if ranking.ranks == 'customers' %}
    select
        '{{ ranking.name }}' as ranking,
        origin,
        customer_id,
        score
    from {{ ref('ranking_' ~ ranking.name) }}
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

suppressed_customers as (
    select * from {{ ref('int_suppressed_customers') }}
),

global_holdout as (
    select * from {{ ref('int_global_holdout') }}
    where is_current
),

-- Customers who opted out are not ranked now; in the past they were measured.
final as (
    select
        cast(scores.ranking as {{ dbt.type_string() }}) as ranking,
        scores.origin,
        scores.customer_id,
        cast(scores.score as double) as score,
        -- Ranked, but in no list.
        global_holdout.customer_id is not null as is_held_out
    from scores
    left join suppressed_customers
        on
            scores.origin = 0
            and scores.customer_id = suppressed_customers.customer_id
    left join global_holdout
        on
            scores.origin = 0
            and scores.customer_id = global_holdout.customer_id
    where suppressed_customers.customer_id is null
)

select * from final
