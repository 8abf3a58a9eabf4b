with served_lists as (
    select * from {{ ref('int_served_lists') }}
    where place > {{ var('top_n') }}
),

final as (
    select
        cast(product_id as {{ id_type() }}) as product_id,
        cast(place as bigint) as audience_rank,
        cast(customer_id as {{ id_type() }}) as customer_id,
        cast(ranking as {{ dbt.type_string() }}) as ranking,
        cast(score as double) as score,
        cast(attribute_count as bigint) as attribute_count,
        cast(neighbour_count as bigint) as neighbour_count,
        cast(activity_part as double) as activity_part,
        cast(attribute_part as double) as attribute_part,
        cast(neighbour_part as double) as neighbour_part
    from served_lists
)

select * from final
