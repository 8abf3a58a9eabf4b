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

product_keys as (
    select distinct
        product_id,
        {{ hash_number("'bootstrap ' || product_id") }} as product_key
    from evaluated_products
),

-- How many products, repeats counted, each replicate draws.
drawn as (
    select
        evaluated_products.population,
        evaluated_products.slice_by,
        evaluated_products.slice,
        replicates.replicate,
        sum(
            {{ bootstrap_count(
                'product_keys.product_key', 'replicates.replicate_key'
            ) }}
        ) as product_count
    from evaluated_products
    inner join product_keys
        on evaluated_products.product_id = product_keys.product_id
    cross join replicates
    group by
        evaluated_products.population,
        evaluated_products.slice_by,
        evaluated_products.slice,
        replicates.replicate
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
