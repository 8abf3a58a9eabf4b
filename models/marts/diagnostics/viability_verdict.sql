with checks as (
    select * from {{ ref('viability_checks') }}
),

als_verdict as (
    select * from {{ ref('als_verdict') }}
),

engagement as (
    select
        max(
            case
                when ranking_auc.auc_low > 0.5 then 'better than chance'
                when ranking_auc.auc_high < 0.5 then 'worse than chance'
            end
        ) as judgement
    from {{ ref('ranking_auc') }} as ranking_auc
    inner join {{ ref('int_rolling_origins') }} as split
        on ranking_auc.origin = split.origin and split.is_split
    where ranking_auc.ranking = 'engagement' and ranking_auc.outcome = 'interaction'
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

by_thresholds as (
    select
        *,
        case
            -- A model learns nothing about customers who never come back.
            when not do_customers_return then 'not viable'
            when do_customers_clearly_return and passed_count = requirement_count
                then 'viable'
            else 'borderline'
        end as threshold_verdict
    from summarized
),

-- The measured comparison outweighs the thresholds.
judged as (
    select
        by_thresholds.*,
        coalesce(als_verdict.verdict, by_thresholds.threshold_verdict) as verdict,
        case
            when als_verdict.verdict is null then 'thresholds'
            else 'measured comparison'
        end as basis,
        cast(by_thresholds.passed_count as {{ dbt.type_string() }}) || ' of '
        || cast(by_thresholds.requirement_count as {{ dbt.type_string() }})
        || ' requirements are met. ' || by_thresholds.retention_explanation
            as threshold_explanation,
        als_verdict.explanation as measured_explanation,
        coalesce(engagement.judgement, 'not shown to be better than chance')
            as judgement_of_engagement
    from by_thresholds
    cross join engagement
    left join als_verdict on true
),

final as (
    select
        cast(verdict as {{ dbt.type_string() }}) as verdict,
        cast(basis as {{ dbt.type_string() }}) as basis,
        cast(threshold_verdict as {{ dbt.type_string() }}) as threshold_verdict,
        cast(
            case judgement_of_engagement
                when 'better than chance'
                    then
                        'engagement ranking, which is served and better than chance at'
                        || ' finding customers who come back'
                else
                    'no ranking; engagement, which is served, is '
                    || judgement_of_engagement
                    || ' at finding customers who come back'
            end
            || case verdict
                when 'not viable' then ''
                else '; collaborative filtering is not served'
            end
            as {{ dbt.type_string() }}
        ) as recommended_approach,
        cast(passed_count as bigint) as passed_count,
        cast(requirement_count as bigint) as requirement_count,
        cast(
            'Collaborative filtering is ' || verdict
            || case
                when basis = 'thresholds' then ': ' || threshold_explanation
                else
                    ', as measured: ' || measured_explanation
                    || ' By the thresholds alone it would be ' || threshold_verdict
                    || ': ' || threshold_explanation
            end
            as {{ dbt.type_string() }}
        ) as explanation
    from judged
)

select * from final
