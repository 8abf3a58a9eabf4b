-- Look-up tables of a release: the same content as its marts, in the order and shape in which
-- the API asks for it. Run on the attached databases `warehouse` and `release`.

create schema release.lookup;

-- The ranking in its order, so that a part of it is one piece of the file.
create table release.lookup.ranking as
select
    engagement_rank,
    customer_id,
    engagement_score
from release.customers
order by engagement_rank;

-- Most products share their audience with many others. Each distinct list is kept once; two
-- 64-bit hashes and the size tell lists apart. Their order need not: all lists follow the one
-- ranking.
create temp table product_fingerprints as
select
    products.product_id,
    count(product_audiences.customer_id) as customer_count,
    coalesce(
        sum(hash(product_audiences.customer_id, product_audiences.audience_rank)), 0
    ) as hash_sum,
    coalesce(
        bit_xor(hash(product_audiences.audience_rank, product_audiences.customer_id)), 0
    ) as hash_xor
from release.products
left join release.product_audiences
    on products.product_id = product_audiences.product_id
group by products.product_id;

create temp table distinct_lists as
select
    row_number() over (order by min(product_id)) as list_id,
    min(product_id) as first_product_id,
    count(*) as product_count,
    customer_count,
    hash_sum,
    hash_xor
from product_fingerprints
group by customer_count, hash_sum, hash_xor;

-- The product's list, in the order of products: the API reads it a block at a time.
create table release.lookup.product_lists as
select
    product_fingerprints.product_id,
    distinct_lists.list_id
from product_fingerprints
inner join distinct_lists
    using (customer_count, hash_sum, hash_xor)
order by product_fingerprints.product_id;

-- The list as the API writes it: a JSON object per line and customer.
create table release.lookup.lists as
select
    distinct_lists.list_id,
    any_value(distinct_lists.product_count) as product_count,
    coalesce(
        string_agg(
            '{"customer_id":' || to_json(product_audiences.customer_id)
            || ',"score":' || to_json(product_audiences.engagement_score)
            || ',"rank":' || product_audiences.audience_rank || '}',
            chr(10)
            order by product_audiences.audience_rank
        ),
        ''
    ) as customers
from distinct_lists
left join release.product_audiences
    on distinct_lists.first_product_id = product_audiences.product_id
group by distinct_lists.list_id
order by distinct_lists.list_id;

create unique index lists_by_id on release.lookup.lists (list_id);

-- Who is in which list, in the order of customers.
create table release.lookup.list_members as
select
    product_audiences.customer_id,
    product_audiences.audience_rank,
    distinct_lists.list_id
from distinct_lists
inner join release.product_audiences
    on distinct_lists.first_product_id = product_audiences.product_id
order by
    product_audiences.customer_id,
    product_audiences.audience_rank,
    distinct_lists.list_id;

drop table product_fingerprints;
drop table distinct_lists;
