with served as (
    select * from {{ ref('int_served_rankings') }}
),

final as (
    select
        cast(audience as {{ dbt.type_string() }}) as audience,
        cast(ranking as {{ dbt.type_string() }}) as ranking,
        cast(continued_by as {{ dbt.type_string() }}) as continued_by,
        cast(ranking = {{ text_literal(var('ranking')) }} as boolean) as is_set
    from served
)

select * from final
