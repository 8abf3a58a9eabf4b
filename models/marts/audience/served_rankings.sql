{#
    Which ranking serves now, in a sentence with its figures. They are those of the last cutoff,
    which chooses nothing: it only stops a ranking that is clearly worse there.
#}
{% set most = 'hit_share_high' %}

with served as (
    select * from {{ ref('int_served_rankings') }}
),

labels as (
    select
        ranking,
        ranking_label
    from {{ ref('rankings') }}
),

evidence as (
    select * from {{ ref('ranking_evidence') }}
),

differences as (
    select
        *,
        1.959963984540054 * standard_error as half_width
    from {{ ref('int_ranking_differences') }}
    where compared_with = 'engagement' and not is_choice
),

decisions as (
    select
        decision,
        ranking,
        difference_low > 0 as is_shown_to_be_better
    from {{ ref('int_ranking_decisions') }}
    where is_served
),

-- The hits that a choice is made from; no row where nothing was measured.
choices as (
    select
        decision,
        max(hit_count) as most_hits
    from (
        select
            decision,
            ranking,
            sum(hit_count) as hit_count
        from evidence
        where not is_split
        group by decision, ranking
    ) as hits
    group by decision
),

measured as (
    select
        served.audience,
        served.ranking,
        served.is_chosen,
        labels.ranking_label,
        replaced.ranking_label as replaced_label,
        evidence.hit_share,
        evidence.hit_share_low,
        evidence.hit_share_high,
        evidence.chance_hit_share,
        engagement.hit_share as engagement_hit_share,
        evidence.measured_until,
        customers.ranking as customer_ranking,
        choices.most_hits,
        differences.hit_count + differences.compared_hit_count as compared_hits,
        case
            when served.ranking <> 'engagement'
                then
                    cast(differences.difference - differences.half_width as double)
                    / differences.place_count
        end as difference_low,
        case
            when served.ranking <> 'engagement'
                then
                    cast(differences.difference + differences.half_width as double)
                    / differences.place_count
        end as difference_high,
        coalesce(decisions.is_shown_to_be_better, false) as is_shown_to_be_better
    from served
    inner join labels on served.ranking = labels.ranking
    left join labels as replaced on served.replaced_ranking = replaced.ranking
    inner join served as customers on customers.audience = 'customers'
    left join evidence
        on
            served.audience = evidence.decision
            and served.ranking = evidence.ranking
            and evidence.is_split
    left join evidence as engagement
        on
            served.audience = engagement.decision
            and engagement.ranking = 'engagement'
            and engagement.is_split
    left join differences
        on
            served.audience = differences.decision
            and served.ranking = differences.ranking
    left join choices on served.audience = choices.decision
    left join decisions
        on
            served.audience = decisions.decision
            and served.ranking = decisions.ranking
),

final as (
    select
        cast(audience as {{ dbt.type_string() }}) as audience,
        cast(ranking as {{ dbt.type_string() }}) as ranking,
        cast(ranking_label as {{ dbt.type_string() }}) as ranking_label,
        cast(is_chosen as boolean) as is_chosen,
        cast(hit_share as double) as hit_share,
        cast(hit_share_low as double) as hit_share_low,
        cast(hit_share_high as double) as hit_share_high,
        cast(chance_hit_share as double) as chance_hit_share,
        cast(engagement_hit_share as double) as engagement_hit_share,
        cast(difference_low as double) as difference_low,
        cast(difference_high as double) as difference_high,
        cast(
            case audience
                when 'customers' then 'Customers are ordered by '
                when 'known products' then 'Audiences of products are made by '
                else 'Audiences of new products are made by '
            end
            || ranking_label
            || case
                when not is_chosen then ', as the setting `ranking` says'
                when replaced_label is not null
                    then
                        ', because ' || replaced_label
                        || ', which the evidence chooses, is not fitted to this log:'
                        || ' run `audience evidence`'
                when most_hits is null
                    then
                        '; not measured before the last cutoff: '
                        || case audience
                            when 'new products'
                                then
                                    'no product without interactions has attributes'
                                    || ' there'
                            else 'there is nothing to measure it on'
                        end
                when most_hits < {{ minimum_hits() }}
                    then
                        '; too few hits to tell: '
                        || case
                            when most_hits = 0 then 'no hit'
                            else 'at most ' || {{ counted('most_hits', 'hit') }}
                        end
                        || ' before the last cutoff, at least {{ minimum_hits() }} are'
                        || ' needed'
                when ranking = 'engagement' then ', because no other is clearly better'
                when audience <> 'customers' and ranking = customer_ranking
                    then ', as customers are: no list is shown to be better'
                when is_shown_to_be_better then ', which the evidence chooses'
                else ', the default, not shown to be better'
            end
            || case
                when hit_share is null then '.'
                else
                    '. At the last cutoff '
                    || {{ percent_text('hit_share', most) }}
                    || case audience
                        when 'customers' then ' of its first tenth come back'
                        else
                            ' of the customers listed for touched products touch them'
                    end
                    || ' (' || {{ percent_text('hit_share_low', most) }} || ' to '
                    || {{ percent_text('hit_share_high', most) }} || '); '
                    || {{ percent_text('chance_hit_share', most) }} || ' by chance'
                    || case
                        when ranking = 'engagement' then '.'
                        else
                            ', ' || {{ percent_text('engagement_hit_share', most) }}
                            || ' by engagement score ('
                            || case
                                when compared_hits < {{ minimum_hits() }}
                                    then 'too few hits to compare them'
                                else
                                    'difference '
                                    || {{ percent_text(
                                        'difference_low', most, is_difference=true
                                    ) }} || ' to '
                                    || {{ percent_text(
                                        'difference_high', most, is_difference=true
                                    ) }} || ' points'
                            end || ').'
                    end
            end as {{ dbt.type_string() }}
        ) as statement,
        measured_until
    from measured
)

select * from final
