{# Up to so many products are drawn one by one, more of them at once. #}
{% set few = 100 %}

with evaluated_products as (
    select * from {{ ref('int_evaluated_products') }}
),

product_metrics as (
    select * from {{ ref('int_product_metrics') }}
),

recommenders as (
    select distinct recommender
    from {{ ref('int_recommendations') }}
),

cutoffs as (
    {{ cutoff_rows() }}
),

replicate_numbers as (
    select {{ each_number(1, var('bootstrap_replicates')) }} as replicate
),

replicates as (
    select
        replicate,
        {{ hash_number("'replicate ' || replicate") }} as replicate_key
    from replicate_numbers
),

products_with_hits as (
    select distinct
        population,
        slice_by,
        slice,
        product_id
    from product_metrics
),

product_keys as (
    select
        product_id,
        {{ hash_number("'bootstrap ' || product_id") }} as product_key
    from products_with_hits
    group by product_id
),

evaluated_counts as (
    select
        population,
        slice_by,
        slice,
        count(*) as product_count
    from evaluated_products
    group by population, slice_by, slice
),

hit_counts as (
    select
        population,
        slice_by,
        slice,
        count(*) as product_count
    from products_with_hits
    group by population, slice_by, slice
),

-- How often each replicate draws products with a hit.
drawn_with_hits as (
    select
        products_with_hits.population,
        products_with_hits.slice_by,
        products_with_hits.slice,
        replicates.replicate,
        sum(
            {{ bootstrap_count(
                'product_keys.product_key', 'replicates.replicate_key'
            ) }}
        ) as product_count
    from products_with_hits
    inner join product_keys
        on products_with_hits.product_id = product_keys.product_id
    cross join replicates
    group by
        products_with_hits.population,
        products_with_hits.slice_by,
        products_with_hits.slice,
        replicates.replicate
),

-- All others add to the number of products alone, so they are drawn together.
others as (
    select
        evaluated_counts.population,
        evaluated_counts.slice_by,
        evaluated_counts.slice,
        evaluated_counts.product_count
        - coalesce(hit_counts.product_count, 0) as product_count,
        evaluated_counts.population || ' ' || evaluated_counts.slice_by || ' '
        || evaluated_counts.slice || ' ' as draw_name
    from evaluated_counts
    left join hit_counts
        on
            evaluated_counts.population = hit_counts.population
            and evaluated_counts.slice_by = hit_counts.slice_by
            and evaluated_counts.slice = hit_counts.slice
),

few_others as (
    select
        *,
        {{ each_number(1, 'product_count') }} as other_number
    from others
    where product_count <= {{ few }}
),

other_keys as (
    select
        *,
        {{ hash_number("draw_name || other_number") }} as other_key
    from few_others
),

normal_draws as (
    select
        others.*,
        replicates.replicate,
        {{ normal_number("others.draw_name || replicates.replicate") }} as normal_draw
    from others
    cross join replicates
    where others.product_count > {{ few }}
),

draws as (
    select * from drawn_with_hits
    union all
    select
        other_keys.population,
        other_keys.slice_by,
        other_keys.slice,
        replicates.replicate,
        {{ bootstrap_count('other_keys.other_key', 'replicates.replicate_key') }}
            as product_count
    from other_keys
    cross join replicates
    union all
    select
        population,
        slice_by,
        slice,
        replicate,
        {{ many_bootstrap_counts('product_count', 'normal_draw') }} as product_count
    from normal_draws
),

-- How many products, repeats counted, each replicate draws.
drawn as (
    select
        population,
        slice_by,
        slice,
        replicate,
        sum(product_count) as product_count
    from draws
    group by population, slice_by, slice, replicate
),

-- Products without a hit add nothing.
summed as (
    select
        product_metrics.recommender,
        product_metrics.population,
        product_metrics.slice_by,
        product_metrics.slice,
        product_metrics.cutoff,
        replicates.replicate,
    {% for metric in list_metrics() %}
    sum(
        {{ bootstrap_count('product_keys.product_key', 'replicates.replicate_key') }}
        * product_metrics.{{ metric }}
    ) as {{ metric }}
    {{- ',' if not loop.last }}
    {% endfor %}
    from product_metrics
    inner join product_keys on product_metrics.product_id = product_keys.product_id
    cross join replicates
    group by
        product_metrics.recommender,
        product_metrics.population,
        product_metrics.slice_by,
        product_metrics.slice,
        product_metrics.cutoff,
        replicates.replicate
),

means as (
    select
        recommenders.recommender,
        drawn.population,
        drawn.slice_by,
        drawn.slice,
        cutoffs.cutoff,
        drawn.replicate,
    {% for metric in list_metrics() %}
    cast(coalesce(summed.{{ metric }}, 0) as double) / drawn.product_count
        as {{ metric }}
    {{- ',' if not loop.last }}
    {% endfor %}
    from drawn
    cross join recommenders
    cross join cutoffs
    left join summed
        on
            recommenders.recommender = summed.recommender
            and drawn.population = summed.population
            and drawn.slice_by = summed.slice_by
            and drawn.slice = summed.slice
            and cutoffs.cutoff = summed.cutoff
            and drawn.replicate = summed.replicate
    -- A replicate of few products may draw none.
    where drawn.product_count > 0
)

select * from means
