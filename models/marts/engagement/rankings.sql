with labels as (
    select * from {{ ref('ranking_labels') }}
),

final as (
    select
        cast(ranking as {{ dbt.type_string() }}) as ranking,
        cast(ranking_label as {{ dbt.type_string() }}) as ranking_label,
        cast(display_order as bigint) as display_order,
        cast(is_charted as boolean) as is_charted
    from labels
)

select * from final
