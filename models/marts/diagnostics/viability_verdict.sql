{# Customers who come back after a week cannot be seen in less. #}
{% set least_days = 14 %}
with checks as (
    select * from {{ ref('viability_checks') }}
),

als_verdict as (
    select * from {{ ref('als_verdict') }}
),

profile as (
    select * from {{ ref('dataset_profile') }}
),

served as (
    select
        ranking,
        ranking_label,
        is_chosen
    from {{ ref('served_rankings') }}
    where audience = 'known products'
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
        summarized.*,
        profile.returning_customer_count,
        profile.returning_customer_count < {{ minimum_hits() }} as is_too_little,
        profile.first_interaction_at,
        profile.last_interaction_at,
        profile.last_interaction_at
        < profile.first_interaction_at + interval '1' day * {{ least_days }}
            as is_too_short,
        case
            -- A model learns nothing about customers who never come back.
            when not summarized.do_customers_return then 'not viable'
            when
                summarized.do_customers_clearly_return
                and summarized.passed_count = summarized.requirement_count
                and profile.returning_customer_count >= {{ minimum_hits() }}
                then 'viable'
            else 'borderline'
        end as threshold_verdict
    from summarized
    cross join profile
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
        || ' requirements are met. '
        || by_thresholds.retention_explanation
        || case
            when by_thresholds.is_too_little
                then
                    ' Too little to tell: '
                    || {{ counted('returning_customer_count', 'customer') }}
                    || ' came back, at least {{ minimum_hits() }} are needed.'
            else ''
        end as threshold_explanation,
        case
            when by_thresholds.is_too_short
                then
                    ' The log spans less than {{ least_days }} days ('
                    || cast(
                        by_thresholds.first_interaction_at as {{ dbt.type_string() }}
                    )
                    || ' to '
                    || cast(
                        by_thresholds.last_interaction_at as {{ dbt.type_string() }}
                    )
                    || '): it cannot tell whether customers come back after a week or'
                    || ' more, so that retention and verdict hold for this time only.'
            else ''
        end as span_explanation,
        als_verdict.explanation as measured_explanation,
        coalesce(engagement.judgement, 'not shown to be better than chance')
            as judgement_of_engagement,
        served.ranking,
        served.ranking_label,
        served.is_chosen
    from by_thresholds
    cross join engagement
    cross join served
    left join als_verdict on true
),

final as (
    select
        cast(verdict as {{ dbt.type_string() }}) as verdict,
        cast(basis as {{ dbt.type_string() }}) as basis,
        cast(threshold_verdict as {{ dbt.type_string() }}) as threshold_verdict,
        cast(
            case
                when ranking <> 'engagement'
                    then
                        'the ranking by ' || ranking_label
                        || case
                            when is_chosen then ''
                            else ' because the setting `ranking` says so'
                        end
                else
                    'the ranking by engagement, ' || judgement_of_engagement
                    || ' at finding customers who come back'
            end
            || case
                when verdict = 'not viable' or ranking = 'als' then ''
                else '; ALS is not served'
            end
            as {{ dbt.type_string() }}
        ) as recommended_approach,
        cast(passed_count as bigint) as passed_count,
        cast(requirement_count as bigint) as requirement_count,
        cast(
            'Collaborative filtering (ALS) is '
            || case
                when basis = 'thresholds'
                    then 'not measured; by fixed thresholds without intervals it is '
                else
                    verdict || ', as measured: ' || measured_explanation
                    || ' By fixed thresholds without intervals it would be '
            end
            || threshold_verdict || ': ' || threshold_explanation || span_explanation
            as {{ dbt.type_string() }}
        ) as explanation
    from judged
)

select * from final
