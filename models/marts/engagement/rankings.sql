with labels as (
    {{ ranking_rows() }}
),

final as (
    select
        cast(ranking as {{ dbt.type_string() }}) as ranking,
        cast(ranking_label as {{ dbt.type_string() }}) as ranking_label,
        cast(display_order as bigint) as display_order,
        cast(is_charted as boolean) as is_charted,
        cast(ranks as {{ dbt.type_string() }}) as ranks,
        cast(description as {{ dbt.type_string() }}) as description
    from labels
)

select * from final
