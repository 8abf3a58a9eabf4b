-- The next n customers that a product does not exclude, after those of its list: in the order of
-- the ranking of customers. If k customers are left out, they are among the first n + k. The
-- listed ids are a JSON array in one text, with its type in another. Here and in other
-- queries, noted.opted_out has the customers who have opted out since the release was made.
with excluded as (
    select customer_rank
    from main.product_exclusions
    where product_id = $product_id
),

listed as (
    select unnest(from_json_strict($listed, $type)) as customer_id
)

select
    ranking.customer_id,
    ranking.customer_score
from lookup.ranking
where
    ranking.customer_rank
    <= $n
    + (select count(*) from excluded)
    + (select count(*) from listed)
    + (select count(*) from noted.opted_out)
    and ranking.customer_rank not in (select customer_rank from excluded)
    and ranking.customer_id not in (select customer_id from listed)
    and ranking.customer_id not in (select customer_id from noted.opted_out)
order by ranking.customer_rank
limit $n
