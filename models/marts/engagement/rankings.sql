with rankings as (
    {% for ranking in rankings() %}
    select
        {{ text_literal(ranking.name) }} as ranking,
        {{ text_literal(ranking.ranks) }} as ranks,
        {{ text_literal(ranking.label) }} as ranking_label,
        {{ text_literal(ranking.description) }} as description,
        {{ loop.index }} as display_order,
        {{ ranking.is_charted | lower }} as is_charted
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

final as (
    select
        cast(ranking as {{ dbt.type_string() }}) as ranking,
        cast(ranking_label as {{ dbt.type_string() }}) as ranking_label,
        cast(display_order as bigint) as display_order,
        cast(is_charted as boolean) as is_charted,
        cast(ranks as {{ dbt.type_string() }}) as ranks,
        cast(description as {{ dbt.type_string() }}) as description
    from rankings
)

select * from final
