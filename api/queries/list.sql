-- The customers of a list, as JSON objects, one per line.
select customers
from lookup.lists
where list_id = $list_id
