{#
    The ranking that serves each kind of audience: the setting `ranking`, or what the evidence
    has chosen. A ranking of products leaves the ranking of customers to the evidence.
#}
{% set setting = var('ranking') %}
with decisions as (
    select distinct
        decision,
        served_ranking
    from {{ ref('int_ranking_decisions') }}
),

-- Nothing is decided about new products where none has attributes.
customers as (
    select coalesce(max(served_ranking), 'engagement') as ranking
    from decisions
    where decision = 'customers'
),

audiences as (
    select 'customers' as audience
    union all
    select 'known products' as audience
    union all
    select 'new products' as audience
),

final as (
    select
        cast(audiences.audience as {{ dbt.type_string() }}) as audience,
        cast(
            {% if setting == 'champion' %}
            coalesce(decisions.served_ranking, customers.ranking)
            {% elif setting in ranking_names('customers') %}
            '{{ setting }}'
            {% else %}
            case
                when audiences.audience = 'customers' then customers.ranking
                else '{{ setting }}'
            end
            {% endif %}
            as {{ dbt.type_string() }}
        ) as ranking,
        cast(
            {% if setting == 'champion' %}
            true
            {% elif setting in ranking_names('customers') %}
            false
            {% else %}
            audiences.audience = 'customers'
            {% endif %}
            as boolean
        ) as is_chosen
    from audiences
    cross join customers
    left join decisions on audiences.audience = decisions.decision
)

select * from final
