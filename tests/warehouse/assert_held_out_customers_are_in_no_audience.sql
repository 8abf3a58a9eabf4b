-- A customer who is held out at the reference time is in `customers`, and in no list.
with listed as (
    {% for mart in [
        'product_audiences', 'new_product_audiences', 'cold_start_audience',
        'campaign_audiences', 'campaign_customers', 'lookup_ranking',
        'lookup_list_members', 'lookup_candidates', 'lookup_attribute_customers',
        'lookup_orders', 'lookup_later_places',
    ] %}
    select
        '{{ mart }}' as table_name,
        cast(customer_id as {{ dbt.type_string() }}) as customer_id
    from {{ ref(mart) }}
    union
    {% endfor %}
    -- Those of a started experiment keep their arms.
    select
        'experiment_assignments' as table_name,
        unit_id as customer_id
    from {{ ref('experiment_assignments') }}
    where not has_started
),

held_out as (
    select cast(customer_id as {{ dbt.type_string() }}) as customer_id
    from {{ ref('global_holdout') }}
    where is_current
)

select
    listed.table_name,
    held_out.customer_id
from held_out
inner join listed on held_out.customer_id = listed.customer_id
union all
select
    'customers' as table_name,
    held_out.customer_id
from held_out
left join {{ ref('customers') }} as customers
    on
        held_out.customer_id
        = cast(customers.customer_id as {{ dbt.type_string() }})
where customers.customer_id is null
