-- The ranking that serves each kind of audience, and what decided.
with judged as (
    select
        decision,
        count(*) as candidate_count,
        -- As minimum_hits() of the models.
        count(*) filter (
            greatest(hit_count, compared_hit_count) >= 30
        ) as measured_count,
        max(reason) filter (is_served) as served_reason,
        max(ranking) filter (is_served) as chosen
    from main.ranking_decisions
    group by decision
)

select
    served_rankings.audience,
    served_rankings.ranking,
    rankings.description,
    served_rankings.is_set,
    judged.candidate_count,
    judged.measured_count,
    judged.chosen,
    case when judged.chosen = served_rankings.ranking then judged.served_reason end
        as reason
from lookup.serving as served_rankings
inner join main.rankings on served_rankings.ranking = rankings.ranking
left join judged on served_rankings.audience = judged.decision
order by served_rankings.audience
