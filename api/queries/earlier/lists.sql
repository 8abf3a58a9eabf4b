-- In a release made before rankings could be chosen.
select
    list_id,
    'engagement' as ranking,
    customers
from lookup.lists
where list_id in (select unnest(cast($list_ids as bigint [])))
