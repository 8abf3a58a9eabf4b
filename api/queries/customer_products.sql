-- The audiences that hold a customer, by rank, and their number. Goes through the distinct
-- lists, because the most engaged customers are in nearly every audience. Ranks close up where
-- other customers have opted out.
with opted_out as (
    select
        list_id,
        audience_rank
    from lookup.list_members
    where customer_id in (select customer_id from noted.opted_out)
),

held as (
    select
        list_members.list_id,
        list_members.audience_rank - (
            select count(*) from opted_out
            where
                opted_out.list_id = list_members.list_id
                and opted_out.audience_rank < list_members.audience_rank
        ) as audience_rank,
        sum(lists.product_count) over () as product_count
    from lookup.list_members
    inner join lookup.lists on list_members.list_id = lists.list_id
    where list_members.customer_id = $customer_id
)

select
    product_lists.product_id,
    held.audience_rank,
    cast(held.product_count as bigint) as product_count
from lookup.product_lists
inner join held on product_lists.list_id = held.list_id
order by held.audience_rank, product_lists.product_id
limit $n
