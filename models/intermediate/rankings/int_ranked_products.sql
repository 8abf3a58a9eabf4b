{#
    Products that lists are made for. Now: all, and those with attributes that are new. In the
    past: those that the window after the cutoff touches.
#}
with cutoffs as (
    select * from {{ ref('int_ranking_cutoffs') }}
),

pairs as (
    select * from {{ ref('int_cutoff_pairs') }}
),

described as (
    select distinct product_id
    from {{ ref('int_product_attributes') }}
),

late_products as (
    select distinct
        origin,
        product_id
    from {{ ref('int_late_pairs') }}
),

known as (
    select
        origin,
        product_id,
        count(*) as customer_count,
        count(case when is_excluded then 1 end) as excluded_count
    from pairs
    group by origin, product_id
),

feedback_counts as (
    select
        product_id,
        count(*) as excluded_count
    from {{ ref('int_feedback_pairs') }}
    where not is_excluded_anyway
    group by product_id
),

wanted as (
    select
        cutoffs.origin,
        cutoffs.is_now,
        late_products.product_id
    from cutoffs
    inner join late_products on cutoffs.origin = late_products.origin
    union all
    select
        cutoffs.origin,
        cutoffs.is_now,
        known.product_id
    from cutoffs
    inner join known on cutoffs.origin = known.origin
    where cutoffs.is_now
    union all
    select
        cutoffs.origin,
        cutoffs.is_now,
        described.product_id
    from cutoffs
    cross join described
    left join known
        on
            cutoffs.origin = known.origin
            and described.product_id = known.product_id
    where cutoffs.is_now and known.product_id is null
),

final as (
    select
        wanted.origin,
        wanted.product_id,
        wanted.is_now,
        known.product_id is null as is_new,
        coalesce(known.customer_count, 0) as customer_count,
        coalesce(known.excluded_count, 0)
        + coalesce(feedback_counts.excluded_count, 0) as excluded_count
    from wanted
    left join known
        on
            wanted.origin = known.origin
            and wanted.product_id = known.product_id
    left join described on wanted.product_id = described.product_id
    left join feedback_counts
        on
            wanted.is_now
            and wanted.product_id = feedback_counts.product_id
    where known.product_id is not null or described.product_id is not null
)

select * from final
