-- Of a release of format 1, whose only ranking is engagement.
select
    list_id,
    'engagement' as ranking,
    customers
from lookup.lists
where list_id in (select unnest(cast($list_ids as bigint [])))
