-- No list has a pair that feedback excludes. The unit tests say which pairs these are.
with listed as (
    {% for mart in [
        'product_audiences', 'new_product_audiences', 'campaign_audiences',
    ] %}
    select
        '{{ mart }}' as table_name,
        product_id,
        customer_id
    from {{ ref(mart) }}
    union all
    {% endfor %}
    select
        'int_proposed_assignments' as table_name,
        product_id,
        customer_id
    from {{ ref('int_proposed_assignments') }}
)

select
    listed.table_name,
    listed.product_id,
    listed.customer_id
from listed
inner join {{ ref('int_feedback_pairs') }} as feedback_pairs
    on
        listed.product_id = feedback_pairs.product_id
        and listed.customer_id = feedback_pairs.customer_id
