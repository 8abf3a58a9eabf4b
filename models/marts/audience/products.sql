with product_counts as (
    select * from {{ ref('int_product_counts') }}
),

names as (
    select * from {{ ref('stg_product_names') }}
),

attributes as (
    select * from {{ ref('stg_product_attributes') }}
),

-- Of two names of a product the first in the alphabet.
names_of_attributes as (
    select
        product_id,
        min(product_name) as product_name
    from attributes
    where outcome = 'accepted' and product_name is not null
    group by product_id
),

final as (
    select
        cast(product_counts.product_id as {{ id_type() }}) as product_id,
        -- The log says what a product was called when it was last touched.
        cast(
            coalesce(names.product_name, names_of_attributes.product_name)
            as {{ dbt.type_string() }}
        ) as product_name,
        cast(product_counts.interaction_count as bigint) as interaction_count,
        cast(product_counts.customer_count as bigint) as customer_count,
        {% for event in counted_events() %}
        cast(product_counts.{{ event }}_count as bigint) as {{ event }}_count,
        {% endfor %}
        cast(
            product_counts.interaction_count
            {% for event in counted_events() %}
            - product_counts.{{ event }}_count
            {% endfor %}
            as bigint
        ) as other_event_count,
        cast(product_counts.first_interaction_at as timestamp) as first_interaction_at,
        cast(product_counts.last_interaction_at as timestamp) as last_interaction_at
    from product_counts
    left join names on product_counts.product_id = names.product_id
    left join names_of_attributes
        on product_counts.product_id = names_of_attributes.product_id
)

select * from final
