{#
    The ranking that serves each kind of audience: the setting `ranking`, or what the evidence
    has chosen. A ranking of products leaves the ranking of customers to the evidence. Instead
    of a chosen ranking that is not fitted to this log, its default serves. After the customers
    with a signal for a product come the others, by activity (`continued_by`).
#}
{% set setting = var('ranking') %}
{% set set_kinds = [] if setting == 'champion'
    else ['known products', 'new products'] %}
{% for ranking in rankings() if ranking.name == setting %}
    {% do set_kinds.append('customers') if ranking.ranks == 'customers' %}
{% endfor %}
with decisions as (
    select * from {{ ref('int_ranking_choices') }}
),

unfitted as (
    {% for ranking in rankings() if ranking.is_fitted %}
    select '{{ ranking.name }}' as ranking
    from (
        select count(*) as score_count
        from {{ ref('ranking_' ~ ranking.name) }}
        where origin = 0
    ) as counted
    where score_count = 0
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

usable as (
    select
        decisions.decision,
        case
            when unfitted.ranking is null then decisions.served_ranking
            when unfitted_defaults.ranking is null then decisions.default_ranking
        end as ranking,
        case when unfitted.ranking is not null then decisions.served_ranking end
            as replaced_ranking
    from decisions
    left join unfitted on decisions.served_ranking = unfitted.ranking
    left join unfitted as unfitted_defaults
        on decisions.default_ranking = unfitted_defaults.ranking
),

-- Nothing is decided about new products where none has attributes.
customers as (
    select
        coalesce(max(ranking), 'engagement') as ranking,
        max(replaced_ranking) as replaced_ranking
    from usable
    where decision = 'customers'
),

audiences as (
    {% for kind in ['customers', 'known products', 'new products'] %}
    select
        '{{ kind }}' as audience,
        {{ "'" ~ setting ~ "'" if kind in set_kinds else 'null' }} as set_ranking
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

served as (
    select
        cast(audiences.audience as {{ dbt.type_string() }}) as audience,
        cast(
            coalesce(audiences.set_ranking, usable.ranking, customers.ranking)
            as {{ dbt.type_string() }}
        ) as ranking,
        cast(audiences.set_ranking is null as boolean) as is_chosen,
        cast(
            case
                when audiences.set_ranking is not null then null
                when usable.decision is null then customers.replaced_ranking
                else usable.replaced_ranking
            end as {{ dbt.type_string() }}
        ) as replaced_ranking
    from audiences
    cross join customers
    left join usable on audiences.audience = usable.decision
),

final as (
    select
        *,
        case
            when ranking in (
                {{ text_values(
                    rankings() | selectattr('ranks', 'equalto', 'customers')
                    | map(attribute='name')
                ) }}
            ) then ranking
            else 'activity'
        end as continued_by
    from served
)

select * from final
