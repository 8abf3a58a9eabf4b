{#
    Every challenger of a default, and the default that replaced the ranking of customers: what
    was measured, what serves, and why.
#}
{{ config(tags=['evidence']) }}

with challengers as (
    select
        challengers.*,
        choices.served_ranking,
        choices.default_ranking,
        challengers.compared_with = choices.default_ranking as is_challenger
    from {{ ref('int_ranking_challengers') }} as challengers
    inner join {{ ref('int_ranking_choices') }} as choices
        on
            challengers.decision = choices.decision
            and (
                challengers.compared_with = choices.default_ranking
                -- The combination is compared with what it has replaced as the default.
                or (
                    challengers.decision <> 'customers'
                    and challengers.ranking = 'hybrid'
                    and challengers.ranking = choices.default_ranking
                    and challengers.compared_with = choices.customer_ranking
                )
            )
),

shares as (
    select
        *,
        case when is_challenger then corrected_low else low end as difference_low,
        case when is_challenger then corrected_high else high end as difference_high,
        cast(greatest(hit_count, compared_hit_count) as double) / place_count
            as most_hit_share,
        cast(
            greatest(confirming_hit_count, confirming_compared_hit_count) as double
        ) / confirming_place_count as most_confirming_hit_share
    from challengers
),

typed as (
    select
        cast(decision as {{ dbt.type_string() }}) as decision,
        cast(ranking as {{ dbt.type_string() }}) as ranking,
        cast(compared_with as {{ dbt.type_string() }}) as compared_with,
        cast(ranking = served_ranking as boolean) as is_served,
        cast(served_ranking as {{ dbt.type_string() }}) as served_ranking,
        cast(default_ranking as {{ dbt.type_string() }}) as default_ranking,
        cast(hit_count as bigint) as hit_count,
        cast(compared_hit_count as bigint) as compared_hit_count,
        cast(difference as double) / place_count as difference,
        cast(difference_low / place_count as double) as difference_low,
        cast(difference_high / place_count as double) as difference_high,
        cast(confirming_difference as double) / confirming_place_count
            as confirming_difference,
        cast(confirming_low / confirming_place_count as double) as confirming_low,
        cast(confirming_high / confirming_place_count as double) as confirming_high,
        cutoff_count,
        most_hit_share,
        most_confirming_hit_share,
        confirming_hit_count + confirming_compared_hit_count as confirming_hits,
        is_rejected,
        greatest(hit_count, compared_hit_count) as most_hits
    from shares
),

worded as (
    select
        *,
        case
            when most_hits < {{ minimum_hits() }}
                then
                    'too few hits to tell: '
                    || case
                        when most_hits = 0 then 'no hit'
                        else 'at most ' || {{ counted('most_hits', 'hit') }}
                    end
                    || ' at the cutoffs that choose, at least {{ minimum_hits() }} are'
                    || ' needed'
            else
                case
                    when difference_low > 0 and is_rejected
                        then
                            'better at the cutoffs that choose, but worse at the last'
                            || ' one'
                    when difference_low > 0 and ranking = served_ranking
                        then 'clearly better at the cutoffs that choose'
                    when difference_low > 0 and ranking = default_ranking
                        then
                            'clearly better at the cutoffs that choose, but '
                            || served_ranking || ' is clearly better than it'
                    when difference_low > 0
                        then
                            'clearly better at the cutoffs that choose, but '
                            || served_ranking
                            || ' has more hits where both are measured'
                    when difference_high < 0
                        then 'clearly worse at the cutoffs that choose'
                    else 'not clearly better at the cutoffs that choose'
                end || ': '
                || {{ percent_text(
                    'difference_low', 'most_hit_share', is_difference=true
                ) }} || ' to '
                || {{ percent_text(
                    'difference_high', 'most_hit_share', is_difference=true
                ) }}
                || ' more hits in a hundred places than ' || compared_with
                || ', measured at ' || {{ counted('cutoff_count', 'cutoff') }}
        end as choice,
        case
            when confirming_hits < {{ minimum_hits() }}
                then
                    'too few hits to tell ('
                    || case
                        when confirming_hits = 0 then 'no hit of either'
                        else
                            {{ counted('confirming_hits', 'hit') }}
                            || ' of both together'
                    end || ')'
            else
                {{ percent_text(
                    'confirming_low', 'most_confirming_hit_share', is_difference=true
                ) }} || ' to '
                || {{ percent_text(
                    'confirming_high', 'most_confirming_hit_share', is_difference=true
                ) }}
        end as confirmation
    from typed
),

final as (
    select
        decision,
        ranking,
        compared_with,
        is_served,
        served_ranking,
        default_ranking,
        hit_count,
        compared_hit_count,
        difference,
        difference_low,
        difference_high,
        confirming_difference,
        confirming_low,
        confirming_high,
        cast(
            choice || '; at the last cutoff ' || confirmation || '.'
            as {{ dbt.type_string() }}
        ) as reason
    from worded
)

select * from final
