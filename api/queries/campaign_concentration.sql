-- How much the audiences of a campaign overlap, compared with those of the plain ranking.
select
    plain.measure,
    campaign.value,
    plain.value as without_campaign,
    plain.explanation
from main.audience_concentration as plain
left join main.audience_concentration as campaign
    on
        plain.measure = campaign.measure
        and campaign.audience = $campaign_id
where plain.audience = 'product audiences'
order by plain.measure
