-- The ranking and the customers of some lists, a JSON object per line. The ids are one text,
-- because passing a list as a parameter takes longer than the query.
select
    list_id,
    ranking,
    customers
from lookup.lists
where list_id in (select unnest(cast($list_ids as bigint [])))
