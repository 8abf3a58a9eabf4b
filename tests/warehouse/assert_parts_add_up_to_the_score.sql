-- The parts of the combination add up to its score.
{% for table in ['product_audiences', 'new_product_audiences'] %}
select
    product_id,
    customer_id,
    score
from {{ ref(table) }}
where
    ranking = 'hybrid'
    and score is not null
    and not coalesce(
        abs({{ hybrid_parts().keys() | join(' + ') }} - score) < 0.00000001, false
    )
{{ 'union all' if not loop.last }}
{% endfor %}
