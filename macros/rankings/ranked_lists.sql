{#
    The first customers of every ranking for each product, outside those that it excludes: one
    selection for the evidence and for what is served. Ends in the relation `listed`.

    Most products exclude no customer at the top of a ranking, and most have no signal: they
    share one list, and only the others have one of their own. A row with a null product is of
    the shared list; a row with a null customer stands for a list of its own that is empty.

    A ranking of products that has a signal for fewer customers than a list has places is
    continued by activity.

    Args:
        condition: which rows of int_ranked_products get lists.
        depth: places of a list.
        served: whether only rankings that serve are listed.
#}
{% macro ranked_lists(condition, depth, served=false) %}
products as (
    select * from {{ ref('int_ranked_products') }}
    where {{ condition }}
),

places as (
    select places.*
    from {{ ref('int_customer_places') }} as places
    {% if served %}
    where
        places.origin = 0
        and (
            places.ranking = 'activity'
            or places.ranking in (select ranking from {{ ref('int_served_rankings') }})
        )
    {% else %}
    where places.origin > 0
    {% endif %}
),

-- Customers who opted out have no place now; in the past they were measured.
customers as (
    select cutoff_customers.*
    from {{ ref('int_cutoff_customers') }} as cutoff_customers
    left join {{ ref('int_suppressed_customers') }} as suppressed_customers
        on
            cutoff_customers.origin = 0
            and cutoff_customers.customer_id = suppressed_customers.customer_id
    where suppressed_customers.customer_id is null
),

excluded as (
    select
        pairs.origin,
        pairs.product_id,
        pairs.customer_id
    from {{ ref('int_cutoff_pairs') }} as pairs
    where pairs.is_excluded
),

-- The first N customers outside a set of k lie among the first N + k: only customers
-- excluded there move others up.
moved as (
    select
        products.origin,
        places.ranking,
        products.product_id,
        max(products.excluded_count) as excluded_count
    from excluded
    inner join places
        on
            excluded.origin = places.origin
            and excluded.customer_id = places.customer_id
    inner join products
        on
            excluded.origin = products.origin
            and excluded.product_id = products.product_id
            and places.place <= {{ depth }} + products.excluded_count
    group by products.origin, places.ranking, products.product_id
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
    where
        scores.score is not null
        {%- if served %}
        and '{{ ranking }}' in (select ranking from {{ ref('int_served_rankings') }})
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
    ) as placed
    where place <= {{ depth }}
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
),

own_lists as (
    select
        origin,
        ranking,
        product_id,
        excluded_count
    from moved
    union
    select
        origin,
        'activity' as ranking,
        product_id,
        excluded_count
    from short_lists
),

-- Each place on its own: a join by a bound would compare all lists with all customers.
own_places as (
    select
        origin,
        ranking,
        product_id,
        {{ each_number(1, depth ~ ' + excluded_count') }} as place
    from own_lists
),

first_outside as (
    select *
    from (
        select
            own_places.origin,
            own_places.ranking,
            own_places.product_id,
            places.customer_id,
            places.score,
            row_number() over (
                partition by
                    own_places.origin, own_places.ranking, own_places.product_id
                order by places.place
            ) as place
        from own_places
        inner join places
            on
                own_places.origin = places.origin
                and own_places.ranking = places.ranking
                and own_places.place = places.place
        left join excluded
            on
                own_places.origin = excluded.origin
                and own_places.product_id = excluded.product_id
                and places.customer_id = excluded.customer_id
        where excluded.customer_id is null
    ) as placed
    where place <= {{ depth }}
),

continued as (
    select
        short_lists.origin,
        short_lists.ranking,
        short_lists.product_id,
        first_outside.customer_id,
        cast(null as double) as score,
        short_lists.signal_count + row_number() over (
            partition by
                short_lists.origin, short_lists.ranking, short_lists.product_id
            order by first_outside.place
        ) as place
    from short_lists
    inner join first_outside
        on
            first_outside.ranking = 'activity'
            and short_lists.origin = first_outside.origin
            and short_lists.product_id = first_outside.product_id
    left join with_signal
        on
            short_lists.origin = with_signal.origin
            and short_lists.ranking = with_signal.ranking
            and short_lists.product_id = with_signal.product_id
            and first_outside.customer_id = with_signal.customer_id
    where with_signal.customer_id is null
),

-- A ranking of products without a signal is that of activity; one that is not fitted is not.
base_rankings as (
    {% for ranking in rankings() if ranking.ranks in ('customers', 'products') %}
    {% set is_fitted = ranking.is_fitted and ranking.ranks == 'products' %}
    select distinct
        origin,
        '{{ ranking.name }}' as ranking,
        '{{ ranking.name if ranking.ranks == 'customers' else 'activity' }}'
            as base_ranking
    from {{ 'with_signal' if is_fitted else 'places' }}
    {% if is_fitted %}
    where ranking = '{{ ranking.name }}'
    {% endif %}
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

listed as (
    select
        first_outside.origin,
        base_rankings.ranking,
        first_outside.product_id,
        first_outside.customer_id,
        case
            when base_rankings.ranking = first_outside.ranking
                then first_outside.score
        end as score,
        first_outside.place
    from first_outside
    inner join base_rankings
        on
            first_outside.origin = base_rankings.origin
            and first_outside.ranking = base_rankings.base_ranking
    left join with_signal
        on
            base_rankings.ranking = with_signal.ranking
            and first_outside.origin = with_signal.origin
            and first_outside.product_id = with_signal.product_id
            and with_signal.place = 1
    where with_signal.product_id is null
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
    union all
    -- All customers are excluded.
    select
        moved.origin,
        base_rankings.ranking,
        moved.product_id,
        null as customer_id,
        null as score,
        0 as place
    from moved
    inner join base_rankings
        on
            moved.origin = base_rankings.origin
            and moved.ranking = base_rankings.base_ranking
    left join first_outside
        on
            moved.origin = first_outside.origin
            and moved.ranking = first_outside.ranking
            and moved.product_id = first_outside.product_id
            and first_outside.place = 1
    where first_outside.product_id is null
    union all
    select
        places.origin,
        base_rankings.ranking,
        null as product_id,
        places.customer_id,
        case when base_rankings.ranking = places.ranking then places.score end as score,
        places.place
    from places
    inner join base_rankings
        on
            places.origin = base_rankings.origin
            and places.ranking = base_rankings.base_ranking
    where places.place <= {{ depth }}
)
{% endmacro %}
