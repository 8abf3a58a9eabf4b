-- What is different from the release before. Run on the attached database `release` and the
-- table `earlier_top`: the first of the ranking then, ids as text.

create table release.lookup.ranking_changes as
with top as (
    select
        customer_id,
        engagement_rank
    from release.lookup.ranking
    where engagement_rank <= 100
),

compared as (
    select
        top.engagement_rank,
        earlier_top.engagement_rank as earlier_rank,
        coalesce(cast(top.customer_id as varchar), earlier_top.customer_id) as customer_text
    from top
    full join earlier_top on cast(top.customer_id as varchar) = earlier_top.customer_id
)

-- Somebody who is no longer in the release may have opted out: without a name.
select
    customers.customer_id,
    case
        when compared.engagement_rank is null and customers.customer_id is null then 'gone'
        when compared.engagement_rank is null then 'left'
        when compared.earlier_rank is null then 'entered'
        else 'stayed'
    end as change,
    customers.engagement_rank,
    compared.earlier_rank
from compared
left join release.customers
    on compared.customer_text = cast(customers.customer_id as varchar)
order by customers.engagement_rank, compared.earlier_rank;
