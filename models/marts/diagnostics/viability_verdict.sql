with checks as (
    select * from {{ ref('viability_checks') }}
),

summarized as (
    select
        count(*) as requirement_count,
        sum(case when passed then 1 else 0 end) as passed_count,
        max(case when requirement = 'returning customers' then passed end)
            as do_customers_return,
        max(
            case
                when requirement = 'returning customers'
                    then coalesce(measured >= clearly_viable_from, false)
            end
        ) as do_customers_clearly_return,
        max(case when requirement = 'returning customers' then explanation end)
            as retention_explanation
    from checks
),

judged as (
    select
        *,
        case
            -- Nothing can be learnt about customers who never come back.
            when not do_customers_return then 'not viable'
            when do_customers_clearly_return and passed_count = requirement_count
                then 'viable'
            else 'borderline'
        end as verdict
    from summarized
),

final as (
    select
        cast(verdict as {{ dbt.type_string() }}) as verdict,
        cast(
            case verdict
                when 'not viable' then 'engagement ranking'
                when 'viable' then 'collaborative filtering'
                else 'engagement ranking, with collaborative filtering on trial'
            end
            as {{ dbt.type_string() }}
        ) as recommended_approach,
        cast(passed_count as bigint) as passed_count,
        cast(requirement_count as bigint) as requirement_count,
        cast(
            'Collaborative filtering is ' || verdict || ': '
            || cast(passed_count as {{ dbt.type_string() }}) || ' of '
            || cast(requirement_count as {{ dbt.type_string() }})
            || ' requirements are met. ' || retention_explanation
            as {{ dbt.type_string() }}
        ) as explanation
    from judged
)

select * from final
