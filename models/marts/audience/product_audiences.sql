{# new_product_audiences has the same columns, and the name of the product. #}
with served_lists as (
    select * from {{ ref('int_served_lists') }}
    where place <= {{ var('top_n') }} and not is_new
),

customers as (
    select
        customer_id,
        engagement_score
    from {{ ref('customers') }}
),

final as (
    select
        cast(served_lists.product_id as {{ id_type() }}) as product_id,
        cast(served_lists.place as bigint) as audience_rank,
        cast(served_lists.customer_id as {{ id_type() }}) as customer_id,
        cast(customers.engagement_score as double) as engagement_score,
        cast(served_lists.ranking as {{ dbt.type_string() }}) as ranking,
        cast(served_lists.score as double) as score,
        cast(served_lists.probability as double) as probability,
        cast(served_lists.purchase_probability as double) as purchase_probability,
        cast(served_lists.attribute_count as bigint) as attribute_count,
        cast(served_lists.neighbour_count as bigint) as neighbour_count,
        cast(served_lists.activity_part as double) as activity_part,
        cast(served_lists.attribute_part as double) as attribute_part,
        cast(served_lists.neighbour_part as double) as neighbour_part
    from served_lists
    inner join customers on served_lists.customer_id = customers.customer_id
)

select * from final
