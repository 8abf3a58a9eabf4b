{#
    What the evidence says, in sentences built from the numbers of the other marts. Figures
    are those of the split; the other origins say how far one cutoff can be trusted.
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

top_tenths as (
    select
        targeting_lift.*,
        targeting_lift.origin = split.origin as is_split
    from {{ ref('targeting_lift') }} as targeting_lift
    cross join split
    where targeting_lift.decile = 1
),

origin_ranges as (
    select
        ranking,
        outcome,
        min(lift) as lowest_lift,
        max(lift) as highest_lift,
        count(*) as origin_count
    from top_tenths
    group by ranking, outcome
),

at_split as (
    select
        top_tenths.*,
        origin_ranges.lowest_lift,
        origin_ranges.highest_lift,
        origin_ranges.origin_count
    from top_tenths
    inner join origin_ranges
        on
            top_tenths.ranking = origin_ranges.ranking
            and top_tenths.outcome = origin_ranges.outcome
    where top_tenths.is_split and top_tenths.lift is not null
),

engagement as (
    select
        at_split.*,
        case at_split.outcome
            when 'purchased' then 'purchase'
            else 'come back'
        end as what_they_do,
        case
            when at_split.lift_low > 1 then 'pays'
            when at_split.lift_high < 1 then 'is worse than chance'
            else 'is no better than chance'
        end as judgement
    from at_split
    where at_split.ranking = 'engagement'
),

best_features as (
    select
        at_split.*,
        row_number() over (
            partition by at_split.outcome
            order by at_split.lift desc, at_split.ranking asc
        ) as lift_rank
    from at_split
    where at_split.ranking_kind = 'feature'
),

trials as (
    select
        score_trials.ranking,
        score_trials.outcome,
        max(case when score_trials.origin = split.origin then 1 else 0 end) as is_split,
        max(
            case
                when score_trials.origin = split.origin then score_trials.difference
            end
        ) as difference,
        max(
            case
                when score_trials.origin = split.origin
                    then score_trials.difference_low
            end
        ) as difference_low,
        max(
            case
                when score_trials.origin = split.origin
                    then score_trials.difference_high
            end
        ) as difference_high,
        count(case when score_trials.difference > 0 then 1 end) as better_count,
        count(*) as origin_count
    from {{ ref('score_trials') }} as score_trials
    cross join split
    group by score_trials.ranking, score_trials.outcome
),

best_trials as (
    select
        *,
        row_number() over (
            partition by outcome
            order by difference desc, ranking asc
        ) as difference_rank
    from trials
    where is_split = 1
),

statements as (
    select
        1 as statement_number,
        'collaborative filtering' as topic,
        explanation || ' Recommended: ' || recommended_approach
        || ', as far as what follows bears it out.' as statement
    from verdict
    union all
    select
        case outcome when 'interaction' then 2 else 3 end as statement_number,
        'engagement, ' || outcome as topic,
        'Targeting the most engaged ' || judgement || ': the top tenth holds '
        || {{ percent_text('cumulative_gain') }} || ' of the customers who '
        || what_they_do || ', ' || {{ number_text('lift', 2) }}
        || ' times as many as a random tenth ('
        || {{ number_text('lift_low', 2) }} || ' to '
        || {{ number_text('lift_high', 2) }} || '; over '
        || cast(origin_count as {{ dbt.type_string() }}) || ' cutoffs from '
        || {{ number_text('lowest_lift', 2) }} || ' to '
        || {{ number_text('highest_lift', 2) }} || ').' as statement
    from engagement
    union all
    select
        4 as statement_number,
        'recent activity' as topic,
        'The customers most active of late do '
        || case
            when recent.lift_low > engagement.lift_high then 'better'
            when recent.lift_high < engagement.lift_low then 'worse'
            else 'about as well'
        end
        || ': ' || {{ number_text('recent.lift', 2) }}
        || ' times as many come back as of a random tenth ('
        || {{ number_text('recent.lift_low', 2) }} || ' to '
        || {{ number_text('recent.lift_high', 2) }} || ').' as statement
    from at_split as recent
    inner join engagement
        on
            recent.outcome = engagement.outcome
            and engagement.outcome = 'interaction'
    where recent.ranking = 'recent_activity'
    union all
    select
        5 as statement_number,
        'features' as topic,
        'Of the features alone, ' || ranking || ' finds most of those who come back: '
        || {{ number_text('lift', 2) }} || ' times as many as a random tenth ('
        || {{ number_text('lift_low', 2) }} || ' to '
        || {{ number_text('lift_high', 2) }} || ').' as statement
    from best_features
    where lift_rank = 1 and outcome = 'interaction'
    union all
    select
        6 as statement_number,
        'other scores' as topic,
        case
            when difference_low > 0
                then
                    'Another choice would do better: with "' || ranking || '" '
                    || {{ number_text('100 * difference', 2) }}
                    || ' in a hundred of the top tenth more come back ('
                    || {{ number_text('100 * difference_low', 2) }} || ' to '
                    || {{ number_text('100 * difference_high', 2) }} || '; better at '
                    || cast(better_count as {{ dbt.type_string() }}) || ' of '
                    || cast(origin_count as {{ dbt.type_string() }}) || ' cutoffs).'
            else
                'No other weights and no other definition on trial do clearly better'
                || ' than the score in use; the nearest is "' || ranking || '" ('
                || {{ number_text('100 * difference_low', 2) }} || ' to '
                || {{ number_text('100 * difference_high', 2) }}
                || ' in a hundred of the top tenth).'
        end as statement
    from best_trials
    where difference_rank = 1 and outcome = 'interaction'
    union all
    select
        7 as statement_number,
        'reach' as topic,
        'Of the customers seen after the split '
        || {{ percent_text('profile.returning_share_of_late') }}
        || ' were known before it, and of the products '
        || {{ percent_text(share(
            'training_log.known_late_product_count', 'training_log.late_product_count'
        )) }}
        || ': no ranking learnt from the past reaches more.' as statement
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
