-- Every campaign of the release.
select * from main.campaign_summaries order by campaign_id
