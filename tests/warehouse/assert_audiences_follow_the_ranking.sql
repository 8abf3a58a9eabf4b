-- An audience follows the ranking that serves it. Customers with a score for the
-- product come first, best first, and no better one is left out. Others follow a
-- common order, by the ranking of customers that serves or by activity: their rank in
-- it is their number in the list plus the number of customers above them that are
-- excluded or stand in the list by score. Engagement is the published rank. Held-out
-- customers are in no list.
{% set kinds = {
    'known products': 'product_audiences', 'new products': 'new_product_audiences',
} %}
with served as (
    select
        audience,
        ranking,
        ranking in (
            {{ text_values(
                rankings() | selectattr('ranks', 'equalto', 'customers')
                | map(attribute='name')
            ) }}
        ) as is_common
    from {{ ref('int_served_rankings') }}
),

common_orders as (
    select
        served.audience,
        scores.customer_id,
        case
            when scores.ranking = 'engagement'
                then
                    row_number() over (
                        partition by served.audience
                        order by customers.engagement_rank
                    )
            else
                row_number() over (
                    partition by served.audience
                    order by
                        scores.score desc,
                        customers.last_interaction_at desc,
                        scores.customer_id asc
                )
        end as common_rank
    from {{ ref('int_customer_scores') }} as scores
    inner join served
        on
            scores.origin = 0
            and scores.ranking
            = case when served.is_common then served.ranking else 'activity' end
    inner join {{ ref('customers') }} as customers
        on scores.customer_id = customers.customer_id
    where not scores.is_held_out
),

listed as (
    {% for kind, table in kinds.items() %}
    select
        '{{ kind }}' as audience,
        product_id,
        customer_id,
        audience_rank,
        ranking,
        score
    from {{ ref(table) }}
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

places as (
    select
        listed.audience,
        listed.product_id,
        listed.customer_id,
        listed.audience_rank,
        common_orders.common_rank,
        case when not served.is_common then listed.score end as score,
        listed.ranking = served.ranking as is_served
    from listed
    inner join served on listed.audience = served.audience
    left join common_orders
        on
            listed.audience = common_orders.audience
            and listed.customer_id = common_orders.customer_id
),

-- With the customer before.
followed as (
    select
        *,
        lag(score) over (
            partition by product_id
            order by audience_rank
        ) as score_before,
        lag(common_rank) over (
            partition by product_id
            order by audience_rank
        ) as common_rank_before
    from places
),

misplaced as (
    select
        product_id,
        customer_id,
        'order' as what
    from followed
    where
        not is_served
        or common_rank is null
        or (score is not null and audience_rank > 1 and score_before is null)
        or score > score_before
        or (
            common_rank <= common_rank_before
            and (score = score_before or (score is null and score_before is null))
        )
),

excluded as (
    select
        'known products' as audience,
        customer_products.product_id,
        customer_products.customer_id
    from {{ ref('int_customer_products') }} as customer_products
    where {{ excludes('customer_products') }}
    union all
    select
        case when products.is_new then 'new products' else 'known products' end
            as audience,
        feedback_pairs.product_id,
        feedback_pairs.customer_id
    from {{ ref('int_feedback_pairs') }} as feedback_pairs
    inner join {{ ref('int_ranked_products') }} as products
        on
            products.is_now
            and feedback_pairs.product_id = products.product_id
    where not feedback_pairs.is_excluded_anyway
),

signals as (
    {% for ranking in rankings() if ranking.ranks == 'products' %}
    select
        '{{ ranking.name }}' as ranking,
        product_id,
        customer_id,
        score
    from {{ ref('ranking_' ~ ranking.name) }}
    where
        origin = 0
        and score is not null
        and '{{ ranking.name }}' in (select served.ranking from served)
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

-- The worst place by score; a list that has other places too names all with a score.
worst as (
    select
        audience,
        product_id,
        count(*) as place_count,
        count(score) as score_count,
        min(score) as score
    from places
    group by audience, product_id
),

passed_over as (
    select
        signals.product_id,
        signals.customer_id,
        'passed over' as what
    from signals
    inner join served on signals.ranking = served.ranking
    inner join worst
        on
            served.audience = worst.audience
            and signals.product_id = worst.product_id
            and (
                worst.score_count < worst.place_count
                or signals.score > worst.score
            )
    inner join common_orders
        on
            served.audience = common_orders.audience
            and signals.customer_id = common_orders.customer_id
    left join places
        on
            signals.product_id = places.product_id
            and signals.customer_id = places.customer_id
    left join excluded
        on
            signals.product_id = excluded.product_id
            and signals.customer_id = excluded.customer_id
    where places.customer_id is null and excluded.customer_id is null
),

deepest as (
    select
        audience,
        max(common_rank) as common_rank
    from places
    where score is null
    group by audience
),

-- Customers who leave a gap in the common order; only those above a place matter.
gaps as (
    select
        gone.audience,
        gone.product_id,
        common_orders.common_rank
    from (
        select
            audience,
            product_id,
            customer_id
        from excluded
        union all
        select
            audience,
            product_id,
            customer_id
        from places
        where score is not null
    ) as gone
    inner join common_orders
        on
            gone.audience = common_orders.audience
            and gone.customer_id = common_orders.customer_id
    inner join deepest
        on
            gone.audience = deepest.audience
            and common_orders.common_rank < deepest.common_rank
),

numbered as (
    select
        places.product_id,
        places.customer_id,
        places.common_rank,
        places.audience_rank - worst.score_count as number_in_order,
        count(
            case when gaps.common_rank < places.common_rank then 1 end
        ) as gap_count
    from places
    inner join worst
        on
            places.audience = worst.audience
            and places.product_id = worst.product_id
    left join gaps
        on
            places.audience = gaps.audience
            and places.product_id = gaps.product_id
    where places.score is null
    group by
        places.product_id,
        places.customer_id,
        places.common_rank,
        places.audience_rank - worst.score_count
)

select
    product_id,
    customer_id,
    what
from misplaced
union all
select
    product_id,
    customer_id,
    what
from passed_over
union all
select
    product_id,
    customer_id,
    'common order' as what
from numbered
where common_rank <> number_in_order + gap_count
