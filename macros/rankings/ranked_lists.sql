{#
    The first customers of every ranking for each product, outside those that it excludes: one
    selection for the evidence and for what is served.

    A ranking of products that has a signal for fewer customers than a list has places is
    continued by activity.

    Args:
        condition: which rows of int_ranked_products get lists.
        served: whether only rankings that serve are listed.
#}
{% macro ranked_lists(condition, served=false) %}
{% set depth = list_depth() %}
products as (
    select * from {{ ref('int_ranked_products') }}
    where {{ condition }}
),

places as (
    select * from {{ ref('int_customer_places') }}
),

customers as (
    select * from {{ ref('int_cutoff_customers') }}
),

excluded as (
    select
        pairs.origin,
        pairs.product_id,
        pairs.customer_id
    from {{ ref('int_cutoff_pairs') }} as pairs
    where {{ excludes('pairs') }}
),

{% if served %}
wanted_rankings as (
    select ranking
    from {{ ref('int_served_rankings') }}
),

{% endif %}
-- The first N customers outside a set of k lie among the first N + k.
reachable as (
    select
        products.origin,
        places.ranking,
        products.product_id,
        places.customer_id,
        places.score,
        places.place
    from products
    inner join places
        on
            products.origin = places.origin
            and places.place <= {{ depth }} + products.excluded_count
    {% if served %}
    where
        places.ranking = 'activity'
        or places.ranking in (select wanted_rankings.ranking from wanted_rankings)
    {% endif %}
    {%- if not served %}
    union all
    {{ random_places() }}
    {%- endif %}
),

first_outside as (
    select
        reachable.origin,
        reachable.ranking,
        reachable.product_id,
        reachable.customer_id,
        reachable.score,
        row_number() over (
            partition by reachable.origin, reachable.ranking, reachable.product_id
            order by reachable.place
        ) as place
    from reachable
    left join excluded
        on
            reachable.origin = excluded.origin
            and reachable.product_id = excluded.product_id
            and reachable.customer_id = excluded.customer_id
    where excluded.customer_id is null
),

signals as (
    {% for ranking in ranking_names('products') %}
    select
        '{{ ranking }}' as ranking,
        scores.origin,
        scores.product_id,
        scores.customer_id,
        scores.score
    from {{ ref('ranking_' ~ ranking) }} as scores
    inner join products
        on
            scores.origin = products.origin
            and scores.product_id = products.product_id
    where
        scores.score is not null
        {%- if served %}
        and '{{ ranking }}' in (select wanted_rankings.ranking from wanted_rankings)
        {%- endif %}
    {{ 'union all' if not loop.last }}
    {% endfor %}
    {%- if not served %}
    union all
    {{ stored_rankings() }}
    {%- endif %}
),

signal_places as (
    select
        signals.*,
        row_number() over (
            partition by signals.origin, signals.ranking, signals.product_id
            order by {{ order_key('signals.score', 'customers') }} desc
        ) as place
    from signals
    inner join customers
        on
            signals.origin = customers.origin
            and signals.customer_id = customers.customer_id
),

with_signal as (
    select * from signal_places
    where place <= {{ depth }}
),

product_rankings as (
    select distinct ranking
    from with_signal
),

signal_counts as (
    select
        products.origin,
        product_rankings.ranking,
        products.product_id,
        count(with_signal.customer_id) as signal_count
    from products
    cross join product_rankings
    left join with_signal
        on
            products.origin = with_signal.origin
            and product_rankings.ranking = with_signal.ranking
            and products.product_id = with_signal.product_id
    group by products.origin, product_rankings.ranking, products.product_id
),

continued as (
    select
        signal_counts.origin,
        signal_counts.ranking,
        signal_counts.product_id,
        first_outside.customer_id,
        cast(null as double) as score,
        signal_counts.signal_count + row_number() over (
            partition by
                signal_counts.origin, signal_counts.ranking, signal_counts.product_id
            order by first_outside.place
        ) as place
    from signal_counts
    inner join first_outside
        on
            first_outside.ranking = 'activity'
            and signal_counts.origin = first_outside.origin
            and signal_counts.product_id = first_outside.product_id
            and first_outside.place <= {{ depth }}
    left join with_signal
        on
            signal_counts.origin = with_signal.origin
            and signal_counts.ranking = with_signal.ranking
            and signal_counts.product_id = with_signal.product_id
            and first_outside.customer_id = with_signal.customer_id
    where
        signal_counts.signal_count < {{ depth }}
        and with_signal.customer_id is null
),

listed as (
    select
        origin,
        ranking,
        product_id,
        customer_id,
        score,
        place
    from first_outside
    where place <= {{ depth }}
    union all
    select
        origin,
        ranking,
        product_id,
        customer_id,
        score,
        place
    from with_signal
    union all
    select
        origin,
        ranking,
        product_id,
        customer_id,
        score,
        place
    from continued
    where place <= {{ depth }}
)
{% endmacro %}
