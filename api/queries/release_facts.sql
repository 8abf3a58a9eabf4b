-- The number of products and customers, the length of lists, the type of ids, and the rankings
-- that serve.
select
    (select count(*) from main.products) as product_count,
    (select count(*) from main.customers) as customer_count,
    (select count(*) from main.cold_start_audience) as list_size,
    (select typeof(product_id) from main.products limit 1) as id_type,
    (
        select ranking from lookup.serving
        where audience = 'customers'
    ) as customer_ranking,
    (
        select ranking from lookup.serving
        where audience = 'new products'
    ) as new_product_ranking
