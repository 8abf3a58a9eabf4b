{#
    The first customers with a signal for each product, by each ranking of products; now all of
    them, because the API goes on with those after the list. A part of ranked_lists; ends in the
    relations `with_signal` and `short_lists`, those with too few.
#}
{% macro lists_with_signal(depth, served) %}
-- Customers who opted out or are held out have no place now; in the past they were
-- measured.
customers as (
    select cutoff_customers.*
    from {{ ref('int_cutoff_customers') }} as cutoff_customers
    left join {{ ref('int_unlisted_customers') }} as unlisted_customers
        on
            cutoff_customers.origin = 0
            and cutoff_customers.customer_id = unlisted_customers.customer_id
    where unlisted_customers.customer_id is null
),

signals as (
    {% for ranking in rankings() if ranking.ranks == 'products' %}
    select
        '{{ ranking.name }}' as ranking,
        scores.origin,
        scores.product_id,
        scores.customer_id,
        scores.score
    from {{ ref('ranking_' ~ ranking.name) }} as scores
    where
        scores.score is not null
        {%- if served %}
        and '{{ ranking.name }}' in (select ranking from {{ ref('int_served_rankings') }})
        {%- endif %}
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

with_signal as (
    select *
    from (
        select
            signals.*,
            products.excluded_count,
            row_number() over (
                partition by signals.origin, signals.ranking, signals.product_id
                order by signals.score desc, customers.activity_place asc
            ) as place
        from signals
        inner join products
            on
                signals.origin = products.origin
                and signals.product_id = products.product_id
        inner join customers
            on
                signals.origin = customers.origin
                and signals.customer_id = customers.customer_id
        {%- if served %}
        left join {{ ref('int_feedback_pairs') }} as feedback_pairs
            on
                signals.origin = 0
                and signals.product_id = feedback_pairs.product_id
                and signals.customer_id = feedback_pairs.customer_id
        where feedback_pairs.customer_id is null
        {%- endif %}
    ) as placed
    {% if not served %}
    where place <= {{ depth }}
    {% endif %}
),

short_lists as (
    select
        origin,
        ranking,
        product_id,
        count(*) as signal_count,
        max(excluded_count) as excluded_count
    from with_signal
    group by origin, ranking, product_id
    having count(*) < {{ depth }}
)
{% endmacro %}
