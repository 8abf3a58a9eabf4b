{#
    Every candidate as the challenger of every other ranking. It is better if it is clearly
    better at the cutoffs before the split, and not clearly worse at the split, by at least 30
    hits of the two. The intervals of many challengers of one ranking hold together
    (Bonferroni). Not all are measured at the same cutoffs: of several that are better, the
    first has more hits than the others where both are measured.
#}
{{ config(tags=['evidence']) }}

with differences as (
    select
        differences.*,
        differences.difference - 1.959963984540054 * differences.standard_error
            as low,
        differences.difference + 1.959963984540054 * differences.standard_error
            as high
    from {{ ref('int_ranking_differences') }} as differences
),

candidates as (
    {% for ranking in rankings() if ranking.is_candidate %}
    select
        '{{ ranking.name }}' as ranking,
        '{{ ranking.ranks }}' as ranks
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

-- Side by side: the cutoffs that choose, and the split that confirms.
compared as (
    select
        choice.*,
        confirmation.place_count as confirming_place_count,
        confirmation.hit_count as confirming_hit_count,
        confirmation.compared_hit_count as confirming_compared_hit_count,
        confirmation.difference as confirming_difference,
        confirmation.low as confirming_low,
        confirmation.high as confirming_high,
        confirmation.high < 0
        and confirmation.hit_count + confirmation.compared_hit_count
        >= {{ minimum_hits() }} as is_rejected,
        {{ normal_quantile(
            'least(0.025 / count(*) over (partition by choice.decision,'
            ~ ' choice.compared_with), 0.025)'
        ) }} as width
    from differences as choice
    inner join differences as confirmation
        on
            choice.decision = confirmation.decision
            and choice.ranking = confirmation.ranking
            and choice.compared_with = confirmation.compared_with
            and not confirmation.is_choice
    inner join candidates on choice.ranking = candidates.ranking
    where
        choice.is_choice
        and (choice.decision <> 'customers' or candidates.ranks = 'customers')
),

judged as (
    select
        *,
        difference - width * standard_error as corrected_low,
        difference + width * standard_error as corrected_high,
        difference - width * standard_error > 0
        and hit_count >= {{ minimum_hits() }}
        and not is_rejected as is_better
    from compared
),

-- Against how many of the others that are better a challenger has fewer hits.
outdone as (
    select
        judged.decision,
        judged.ranking,
        judged.compared_with,
        count(*) as outdone_count
    from judged
    inner join judged as rivals
        on
            judged.decision = rivals.decision
            and judged.compared_with = rivals.compared_with
            and rivals.is_better
    inner join differences as pairs
        on
            judged.decision = pairs.decision
            and judged.ranking = pairs.ranking
            and rivals.ranking = pairs.compared_with
            and pairs.is_choice
            and pairs.difference < 0
    where judged.is_better
    group by judged.decision, judged.ranking, judged.compared_with
),

final as (
    select
        judged.decision,
        judged.ranking,
        judged.compared_with,
        judged.cutoff_count,
        judged.place_count,
        judged.hit_count,
        judged.compared_hit_count,
        judged.difference,
        judged.low,
        judged.high,
        judged.corrected_low,
        judged.corrected_high,
        judged.is_above_chance,
        judged.confirming_place_count,
        judged.confirming_hit_count,
        judged.confirming_compared_hit_count,
        judged.confirming_difference,
        judged.confirming_low,
        judged.confirming_high,
        judged.is_rejected,
        judged.is_better,
        row_number() over (
            partition by judged.decision, judged.compared_with
            order by
                case when judged.is_better then 0 else 1 end,
                coalesce(outdone.outdone_count, 0),
                cast(judged.difference as double) / judged.place_count desc,
                judged.ranking asc
        ) as place
    from judged
    left join outdone
        on
            judged.decision = outdone.decision
            and judged.ranking = outdone.ranking
            and judged.compared_with = outdone.compared_with
)

select * from final
