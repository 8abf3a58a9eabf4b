-- As audience_part.sql, by a ranking that goes on where lists end.
select
    orders.customer_id,
    case when $has_scores then orders.score end as score
from lookup.orders
where
    orders.ranking = $ranking
    and orders.place between $first_rank and $last_rank
    and orders.customer_id not in (
        select product_exclusions.customer_id
        from main.product_exclusions
        where product_exclusions.product_id = $product_id
    )
    and orders.customer_id not in (
        select unnest(from_json_strict($listed, $type))
    )
    and orders.customer_id not in (select customer_id from noted.opted_out)
order by orders.place
