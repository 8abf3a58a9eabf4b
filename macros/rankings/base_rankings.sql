{#
    The ranking of customers that serves a product without a list by signal, for each ranking.
    A part of ranked_lists; ends in the relation `base_rankings`.
#}
{% macro base_rankings() %}
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
)
{% endmacro %}
