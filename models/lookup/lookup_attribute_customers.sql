with attributes as (
    select * from {{ ref('lookup_attributes') }}
),

candidates as (
    select * from {{ ref('lookup_candidates') }}
),

customer_attributes as (
    select * from {{ ref('int_customer_attributes') }}
    where origin = 0
),

final as (
    select
        cast(customer_attributes.attribute as {{ dbt.type_string() }}) as attribute,
        cast(customer_attributes.customer_id as {{ id_type() }}) as customer_id,
        cast(customer_attributes.affinity as double) as affinity,
        cast(customer_attributes.touched_count as bigint) as touched_count,
        cast(customer_attributes.attribute_place <= {{ list_depth() }} as boolean)
            as is_among_first
    from customer_attributes
    inner join attributes on customer_attributes.attribute = attributes.attribute
    inner join candidates on customer_attributes.customer_id = candidates.customer_id
)

select * from final
