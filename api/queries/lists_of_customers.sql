-- The lists that hold some customers. Their ids are a JSON array in one text, with its type in
-- another.
select distinct list_id
from lookup.list_members
where
    customer_id in (
        select unnest(from_json_strict($customer_ids, $type))
    )
