-- The customers of some lists, as JSON objects, one per line. The ids are one text: a list
-- as a parameter takes longer than the query.
select
    list_id,
    customers
from lookup.lists
where list_id in (select unnest(cast($list_ids as bigint [])))
