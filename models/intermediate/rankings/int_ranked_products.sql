{#
    Products that lists are made for. Now: all, and those with attributes that are new. In the
    past: those that the window after the cutoff touches, and a sample of the other known ones.
    Most products are not touched, so probabilities need them; each of the sample stands for
    many.
#}
{% set sample_size = 2000 %}
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

untouched as (
    select
        known.origin,
        known.product_id,
        row_number() over (
            partition by known.origin
            order by
                {{ hash_number("'sample ' || known.product_id") }},
                known.product_id
        ) as draw,
        greatest(
            cast(count(*) over (partition by known.origin) as double)
            / {{ sample_size }}, 1
        ) as products_each
    from known
    inner join cutoffs on known.origin = cutoffs.origin
    left join late_products
        on
            known.origin = late_products.origin
            and known.product_id = late_products.product_id
    where
        not cutoffs.is_now
        and late_products.product_id is null
),

-- Whole numbers that add up to all products that are not touched.
sampled as (
    select
        origin,
        product_id,
        floor(round(draw * products_each, 6))
        - floor(round((draw - 1) * products_each, 6)) as stands_for
    from untouched
    where draw <= {{ sample_size }}
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
        late_products.product_id,
        true as is_touched,
        1 as stands_for
    from cutoffs
    inner join late_products on cutoffs.origin = late_products.origin
    union all
    select
        origin,
        false as is_now,
        product_id,
        false as is_touched,
        stands_for
    from sampled
    union all
    select
        cutoffs.origin,
        cutoffs.is_now,
        known.product_id,
        cast(null as boolean) as is_touched,
        1 as stands_for
    from cutoffs
    inner join known on cutoffs.origin = known.origin
    where cutoffs.is_now
    union all
    select
        cutoffs.origin,
        cutoffs.is_now,
        described.product_id,
        cast(null as boolean) as is_touched,
        1 as stands_for
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
        wanted.is_touched,
        cast(wanted.stands_for as bigint) as stands_for,
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
