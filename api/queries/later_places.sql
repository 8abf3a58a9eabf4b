-- The customers with a signal who come after the list of each of some products: JSON objects
-- without their ends, one per line. The ids are a JSON array in one text, with its type in
-- another.
select
    product_id,
    string_agg(
        left(
            cast(
                json_object(
                    'customer_id', customer_id, 'score', score, 'probability', null
                ) as varchar
            ),
            -1
        ),
        chr(10)
        order by audience_rank
    ) as customers
from lookup.later_places
where
    product_id in (select unnest(from_json_strict($product_ids, $type)))
    and audience_rank <= $places + (select count(*) from noted.opted_out)
    and customer_id not in (select customer_id from noted.opted_out)
group by product_id
