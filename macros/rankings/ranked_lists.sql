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
        served: whether only rankings that serve are listed. Then all customers with a signal
            are, also after the last place.
#}
{% macro ranked_lists(condition, depth, served=false) %}
products as (
    select * from {{ ref('int_ranked_products') }}
    where {{ condition }}
),

places as (
    select * from {{ ref('int_customer_places') }}
    {% if served %}
    where
        origin = 0
        and (
            ranking = 'activity'
            or ranking in (select ranking from {{ ref('int_served_rankings') }})
        )
    {% else %}
    where origin > 0
    {% endif %}
),

excluded as (
    select
        origin,
        product_id,
        customer_id
    from {{ ref('int_cutoff_pairs') }}
    where is_excluded
    {% if served %}
    union all
    select
        0 as origin,
        product_id,
        customer_id
    from {{ ref('int_feedback_pairs') }}
    where not is_excluded_anyway
    {% endif %}
),

{{ lists_with_signal(depth, served) }},
{{ own_lists(depth) }},
{{ customer_lists(depth) }},

listed as (
    select
        customer_lists.origin,
        base_rankings.ranking,
        customer_lists.product_id,
        customer_lists.customer_id,
        case
            when base_rankings.ranking = customer_lists.ranking
                then customer_lists.score
        end as score,
        customer_lists.place
    from customer_lists
    inner join base_rankings
        on
            customer_lists.origin = base_rankings.origin
            and customer_lists.ranking = base_rankings.base_ranking
    left join with_signal
        on
            base_rankings.ranking = with_signal.ranking
            and customer_lists.origin = with_signal.origin
            and customer_lists.product_id = with_signal.product_id
            and with_signal.place = 1
    where with_signal.product_id is null
    {% for lists in ['with_signal', 'continued'] %}
    union all
    select
        origin,
        ranking,
        product_id,
        customer_id,
        score,
        place
    from {{ lists }}
    {{ 'where place <= ' ~ depth if lists == 'continued' }}
    {% endfor %}
)
{% endmacro %}
