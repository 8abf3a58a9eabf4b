-- Of a release of format 1, whose only ranking is engagement.
select
    (select count(*) from lookup.product_lists) as product_count,
    (select count(*) from lookup.ranking) as customer_count,
    (select count(*) from main.cold_start_audience) as list_size,
    (select typeof(product_id) from lookup.product_lists limit 1) as id_type,
    'engagement' as customer_ranking,
    'engagement' as new_product_ranking
