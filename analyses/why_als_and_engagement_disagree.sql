-- Products and customers for which collaborative filtering is better than engagement,
-- and those for which it is worse, by the precision at 10 of the evidence.
with offline_metrics as (
    select * from {{ ref('offline_metrics') }}
    where metric = 'precision' and k = 10
),

compared as (
    select
        als.population,
        als.slice_by,
        als.slice,
        als.evaluated_product_count,
        als.value as als_precision,
        engagement.value as engagement_precision,
        als.ceiling,
        als.value_low > engagement.value_high as is_als_clearly_better,
        als.value_high < engagement.value_low as is_engagement_clearly_better
    from offline_metrics as als
    inner join offline_metrics as engagement
        on
            als.population = engagement.population
            and als.slice_by = engagement.slice_by
            and als.slice = engagement.slice
            and als.recommender = 'als'
            and engagement.recommender = 'engagement'
)

select * from compared
order by population asc, slice_by asc, slice asc
