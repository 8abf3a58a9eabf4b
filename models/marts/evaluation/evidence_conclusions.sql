{#
    What the evidence says, in sentences built from the numbers of the other marts. Figures
    are those of the split; the other origins say how far one cutoff can be trusted. Whether a
    ranking is better than chance is said of all its places, not of one audience size.
#}
with verdict as (
    select * from {{ ref('viability_verdict') }}
),

evaluation_window as (
    select * from {{ ref('int_evaluation_window') }}
),

training_log as (
    select * from {{ ref('int_training_log') }}
),

split as (
    select * from {{ ref('int_rolling_origins') }}
    where is_split
),

profile as (
    select * from {{ ref('dataset_profile') }}
),

targeting_lift as (
    select targeting_lift.*
    from {{ ref('targeting_lift') }} as targeting_lift
    inner join split on targeting_lift.origin = split.origin
    where targeting_lift.lift is not null
),

rankings_by_auc as (
    select
        ranking_auc.*,
        ranking_auc.origin = split.origin as is_split
    from {{ ref('ranking_auc') }} as ranking_auc
    cross join split
),

confirmations as (
    select
        ranking,
        outcome,
        count(case when auc_low > 0.5 then 1 end) as better_count,
        count(*) as origin_count
    from rankings_by_auc
    group by ranking, outcome
),

at_split as (
    select
        rankings_by_auc.*,
        confirmations.better_count,
        confirmations.origin_count
    from rankings_by_auc
    inner join confirmations
        on
            rankings_by_auc.ranking = confirmations.ranking
            and rankings_by_auc.outcome = confirmations.outcome
    where rankings_by_auc.is_split and rankings_by_auc.auc_low is not null
),

engagement as (
    select
        at_split.*,
        case at_split.outcome
            when 'purchased' then 'purchase'
            else 'come back'
        end as what_they_do,
        case
            when at_split.auc_low > 0.5 then 'is better than chance'
            when at_split.auc_high < 0.5 then 'is worse than chance'
            else 'is not shown to be better than chance'
        end as judgement
    from at_split
    where at_split.ranking = 'engagement'
),

-- The top tenth, and a small audience where the log has many customers.
engagement_lifts as (
    select
        outcome,
        max(case when decile = 1 then lift end) as lift,
        max(case when decile = 1 then lift_low end) as lift_low,
        max(case when decile = 1 then lift_high end) as lift_high,
        max(case when decile = 1 then cumulative_gain end) as cumulative_gain,
        max(case when audience_size = 500 then lift end) as small_lift,
        max(case when audience_size = 500 then lift_low end) as small_lift_low,
        max(case when audience_size = 500 then lift_high end) as small_lift_high
    from targeting_lift
    where ranking = 'engagement' and (decile = 1 or audience_size = 500)
    group by outcome
),

-- Paired, because both rankings find many of the same customers: their intervals may
-- overlap where the difference is clear.
recent_differences as (
    select
        cast(difference as double) / place_count as difference,
        greatest(hit_count, compared_hit_count) as hit_count,
        (difference - 1.959963984540054 * standard_error) / place_count
            as difference_low,
        (difference + 1.959963984540054 * standard_error) / place_count
            as difference_high
    from {{ ref('int_ranking_differences') }}
    where
        decision = 'customers'
        and ranking = 'recent_activity'
        and compared_with = 'engagement'
        and not is_choice
),

recent_activity as (
    select
        *,
        case
            when hit_count < {{ minimum_hits() }} then 'cannot be told'
            when difference_low > 0 then 'better'
            when difference_high < 0 then 'worse'
            else 'cannot be told'
        end as judgement
    from recent_differences
),

best_features as (
    select
        at_split.*,
        row_number() over (
            partition by at_split.outcome
            order by at_split.auc desc, at_split.ranking asc
        ) as auc_rank
    from at_split
    where at_split.ranking_kind = 'feature'
),

-- The best of many is only better if it is so in an interval for all of them.
corrected_trials as (
    select
        score_trials.ranking,
        score_trials.outcome,
        score_trials.difference,
        score_trials.difference_low,
        score_trials.difference_high,
        score_trials.origin = split.origin as is_split,
        round(
            score_trials.audience_size * greatest(
                score_trials.response_rate, score_trials.engagement_response_rate
            )
        ) as hit_count,
        {{ normal_quantile(
            '0.025 / count(*) over (partition by score_trials.origin, score_trials.outcome)'
        ) }} / 1.959963984540054 as correction
    from {{ ref('score_trials') }} as score_trials
    cross join split
),

bounded_trials as (
    select
        ranking,
        outcome,
        is_split,
        cast(hit_count as bigint) as hit_count,
        difference,
        difference - correction * (difference - difference_low) as difference_low,
        difference + correction * (difference_high - difference) as difference_high
    from corrected_trials
),

judged_trials as (
    select
        *,
        difference_low > 0 and hit_count >= {{ minimum_hits() }} as is_better
    from bounded_trials
),

trial_counts as (
    select
        ranking,
        outcome,
        count(case when is_better then 1 end) as better_count,
        count(*) as origin_count
    from judged_trials
    group by ranking, outcome
),

-- One that is clearly better comes before one whose larger difference is not clear.
best_trials as (
    select
        judged_trials.*,
        trial_counts.better_count,
        trial_counts.origin_count,
        row_number() over (
            partition by judged_trials.outcome
            order by
                case when judged_trials.is_better then 0 else 1 end,
                judged_trials.difference desc,
                judged_trials.ranking asc
        ) as difference_rank
    from judged_trials
    inner join trial_counts
        on
            judged_trials.ranking = trial_counts.ranking
            and judged_trials.outcome = trial_counts.outcome
    where judged_trials.is_split
),

statements as (
    select
        1 as statement_number,
        'collaborative filtering' as topic,
        explanation || ' Served: ' || recommended_approach
        || '.' as statement
    from verdict
    union all
    select
        case engagement.outcome when 'interaction' then 2 else 3 end
            as statement_number,
        'engagement, ' || engagement.outcome as topic,
        'The ranking by engagement ' || engagement.judgement
        || ' at finding customers who ' || engagement.what_they_do || ': AUC '
        || {{ number_text('engagement.auc', 3) }} || ' ('
        || {{ number_text('engagement.auc_low', 3) }} || ' to '
        || {{ number_text('engagement.auc_high', 3) }} || '; 0.5 is chance), better at '
        || cast(engagement.better_count as {{ dbt.type_string() }}) || ' of '
        || cast(engagement.origin_count as {{ dbt.type_string() }})
        || ' cutoffs. Its top tenth holds '
        || {{ percent_text('engagement_lifts.cumulative_gain') }}
        || ' of these customers, ' || {{ number_text('engagement_lifts.lift', 2) }}
        || ' times as many as a random tenth ('
        || {{ number_text('engagement_lifts.lift_low', 2) }} || ' to '
        || {{ number_text('engagement_lifts.lift_high', 2) }} || ')'
        || case
            when engagement_lifts.small_lift is null then '.'
            else
                '; its first 500 customers '
                || {{ number_text('engagement_lifts.small_lift', 2) }} || ' times ('
                || {{ number_text('engagement_lifts.small_lift_low', 2) }} || ' to '
                || {{ number_text('engagement_lifts.small_lift_high', 2) }} || ').'
        end as statement
    from engagement
    inner join engagement_lifts on engagement.outcome = engagement_lifts.outcome
    union all
    select
        4 as statement_number,
        'recent activity' as topic,
        case judgement
            when 'cannot be told'
                then
                    'Whether the ranking by recent activity is better than that by'
                    || ' engagement at finding customers who come back cannot be told: '
            else
                'The ranking by recent activity is ' || judgement
                || ' than that by engagement at finding customers who come back: '
        end
        || 'the difference is ' || {{ number_text('100 * difference', 2) }}
        || ' in a hundred of the top tenth ('
        || {{ number_text('100 * difference_low', 2) }} || ' to '
        || {{ number_text('100 * difference_high', 2) }}
        || '; customers in both top tenths cancel out'
        || case
            when hit_count < {{ minimum_hits() }}
                then
                    '; at most ' || {{ counted('hit_count', 'customer') }}
                    || ' came back, at least {{ minimum_hits() }} are needed'
            else ''
        end
        || ').' as statement
    from recent_activity
    union all
    select
        5 as statement_number,
        'features' as topic,
        'Of the features alone, ' || ranking
        || ' has the highest measured AUC at finding customers who come back: '
        || {{ number_text('auc', 3) }} || ' ('
        || {{ number_text('corrected_low', 3) }} || ' to '
        || {{ number_text('corrected_high', 3) }}
        || ', corrected for the number of features). Whether it is better than the'
        || ' next one is not tested.' as statement
    from best_features
    where auc_rank = 1 and outcome = 'interaction'
    union all
    select
        6 as statement_number,
        'other scores' as topic,
        case
            when is_better
                then
                    'Another score found more: with "' || ranking || '" '
                    || {{ number_text('100 * difference', 2) }}
                    || ' in a hundred of the top tenth more came back ('
                    || {{ number_text('100 * difference_low', 2) }} || ' to '
                    || {{ number_text('100 * difference_high', 2) }}
                    || ', corrected for the number of trials; clearly better at '
                    || cast(better_count as {{ dbt.type_string() }}) || ' of '
                    || cast(origin_count as {{ dbt.type_string() }}) || ' cutoffs).'
            else
                'No other weights and no other definition on trial do clearly better'
                || ' than the score in use; the nearest is "' || ranking || '" ('
                || {{ number_text('100 * difference_low', 2) }} || ' to '
                || {{ number_text('100 * difference_high', 2) }}
                || ' in a hundred of the top tenth,'
                || ' corrected for the number of trials'
                || case
                    when hit_count < {{ minimum_hits() }}
                        then
                            '; at most ' || {{ counted('hit_count', 'customer') }}
                            || ' came back, at least {{ minimum_hits() }} are needed'
                    else ''
                end
                || ').'
        end as statement
    from best_trials
    where difference_rank = 1 and outcome = 'interaction'
    union all
    select
        7 as statement_number,
        'reach' as topic,
        'Of the customers seen after the split '
        || {{ percent_text('profile.returning_share_of_late') }}
        || ' were known before it: no ranking learnt from interactions'
        || ' reaches more. Of the products seen after it '
        || {{ percent_text(share(
            'training_log.known_late_product_count', 'training_log.late_product_count'
        )) }}
        || ' were known before it: for the others no ranking by shared products has'
        || ' lists of their own'
        || case
            when (select count(*) from {{ ref('int_product_attributes') }}) > 0
                then ', but rankings by attributes do.'
            else '.'
        end as statement
    from profile
    cross join training_log
    where training_log.late_product_count > 0
),

typed as (
    select
        cast(statement_number as bigint) as statement_number,
        cast(topic as {{ dbt.type_string() }}) as topic,
        cast(statement as {{ dbt.type_string() }}) as statement
    from statements
    where statement is not null
),

final as (
    select
        typed.*,
        evaluation_window.measured_until
    from typed
    cross join evaluation_window
)

select * from final
