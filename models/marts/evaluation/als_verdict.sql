{#
    "Viable" says that ALS is better than each of the others: all of its comparisons must
    hold, so none needs a correction (an intersection-union test). "Worse than another" needs
    only one of them, and the strongest of the others may be so by chance: their upper bounds
    are corrected for the number of others.

    With too few hits, or where even the best lists stay below the threshold of usefulness, the
    verdict is "borderline", and the explanation says which.
#}
{% set most = 'precision_at_10_high' %}

with offline_metrics as (
    select * from {{ ref('offline_metrics') }}
    where
        population = 'all' and slice_by = 'nothing' and metric = 'precision' and k = 10
),

evaluation_window as (
    select * from {{ ref('int_evaluation_window') }}
),

comparisons as (
    select * from {{ ref('recommender_comparisons') }}
    where population = 'all' and metric = 'precision' and k = 10
),

thresholds as (
    select * from {{ ref('viability_thresholds') }}
    where requirement = 'list precision'
),

strongest as (
    select
        compared_with,
        compared_value,
        difference,
        difference_low,
        corrected_high as difference_high,
        row_number() over (
            order by
                case when corrected_high < 0 then 0 else 1 end,
                compared_value desc,
                compared_with asc
        ) as strength_rank
    from comparisons
),

compared as (
    select
        min(difference_low) > 0 as is_better_than_all,
        min(corrected_high) < 0 as is_worse_than_one,
        max(case when compared_with = 'random' then difference_low end) > 0
            as is_better_than_random
    from comparisons
),

-- Each of the ten places per product.
hits as (
    select
        cast(
            round(sum(value * 10 * evaluated_product_count)) as bigint
        ) as hit_count
    from offline_metrics
),

judged as (
    select
        als.value as precision_at_10,
        als.value_low as precision_at_10_low,
        als.value_high as precision_at_10_high,
        thresholds.minimum as useful_precision,
        als.ceiling,
        als.ceiling < thresholds.minimum as is_out_of_reach,
        hits.hit_count,
        hits.hit_count < {{ minimum_hits() }} as is_too_little,
        strongest.compared_with as strongest_other,
        strongest.compared_value as strongest_other_precision,
        strongest.difference,
        strongest.difference_low,
        strongest.difference_high,
        compared.is_better_than_random,
        case
            when hits.hit_count < {{ minimum_hits() }} then 'borderline'
            when compared.is_worse_than_one then 'not viable'
            when als.ceiling < thresholds.minimum then 'borderline'
            when not compared.is_better_than_random then 'not viable'
            when als.value_high < thresholds.minimum and not compared.is_better_than_all
                then 'not viable'
            when als.value_low >= thresholds.minimum and compared.is_better_than_all
                then 'viable'
            else 'borderline'
        end as verdict
    from offline_metrics as als
    inner join strongest on strongest.strength_rank = 1
    cross join compared
    cross join thresholds
    cross join hits
    where als.recommender = 'als'
),

typed as (
    select
        cast(verdict as {{ dbt.type_string() }}) as verdict,
        cast(precision_at_10 as double) as precision_at_10,
        cast(precision_at_10_low as double) as precision_at_10_low,
        cast(precision_at_10_high as double) as precision_at_10_high,
        cast(useful_precision as double) as useful_precision,
        cast(strongest_other as {{ dbt.type_string() }}) as strongest_other,
        cast(strongest_other_precision as double) as strongest_other_precision,
        cast(difference as double) as difference,
        cast(difference_low as double) as difference_low,
        cast(difference_high as double) as difference_high,
        cast(
            case
                when is_too_little
                    then
                        'too few hits to tell: all recommenders together have '
                        || {{ counted('hit_count', 'hit') }}
                        || ', and at least {{ minimum_hits() }} are needed; '
                else ''
            end
            || 'of the ten customers that ALS names for a product that is touched after'
            || ' the split, ' || {{ percent_text('precision_at_10', most) }}
            || ' touch it ('
            || {{ percent_text('precision_at_10_low', most) }} || ' to '
            || {{ percent_text('precision_at_10_high', most) }} || '), '
            || case
                when precision_at_10_high < useful_precision then 'fewer than'
                when precision_at_10_low >= useful_precision then 'more than'
                else 'not clearly more than'
            end
            || ' the threshold of ' || {{ percent_text('useful_precision', most) }}
            || ' (seeds/viability_thresholds.csv)'
            || case
                when is_out_of_reach
                    then
                        ', which no list can reach here (at best '
                        || {{ percent_text('ceiling', most) }}
                        || '), so whether ALS is useful cannot be told'
                else ''
            end || '; '
            || case
                when difference_low > 0 then 'more than the '
                when difference_high < 0 then 'fewer than the '
                else 'not clearly more than the '
            end
            || {{ percent_text('strongest_other_precision', most) }} || ' of '
            || strongest_other || ' (difference '
            || {{ percent_text('difference_low', most, is_difference=true) }} || ' to '
            || {{ percent_text('difference_high', most, is_difference=true) }}
            || ' points)'
            || case
                when not is_better_than_random
                    then '. That is not clearly more than chance.'
                else '.'
            end
            as {{ dbt.type_string() }}
        ) as explanation
    from judged
),

final as (
    select
        typed.*,
        evaluation_window.measured_until
    from typed
    cross join evaluation_window
)

select * from final
