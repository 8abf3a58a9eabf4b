{% set depth = cutoffs() | max %}

with pairs as (
    select * from {{ ref('int_customer_product_sides') }}
),

origin_customers as (
    select * from {{ ref('int_origin_customers') }}
),

split as (
    select * from {{ ref('int_rolling_origins') }}
    where is_split
),

known_products as (
    select * from {{ ref('int_known_products') }}
),

als_rankings as (
    select * from {{ ref('stg_als_rankings') }}
),

training_log as (
    select * from {{ ref('int_training_log') }}
),

early_pairs as (
    select
        customer_id,
        product_id
    from pairs
    where early_count > 0
),

popularity as (
    select
        product_id,
        count(*) as early_customer_count
    from early_pairs
    group by product_id
),

popularity_of_touched as (
    select
        early_pairs.customer_id,
        cast(sum(popularity.early_customer_count) as double) / count(*) as popularity
    from early_pairs
    inner join popularity on early_pairs.product_id = popularity.product_id
    group by early_pairs.customer_id
),

early_customers as (
    select
        origin_customers.customer_id,
        origin_customers.last_interaction_at,
        origin_customers.engagement_rank,
        origin_customers.recent_activity,
        popularity_of_touched.popularity
    from origin_customers
    inner join split on origin_customers.origin = split.origin
    inner join popularity_of_touched
        on origin_customers.customer_id = popularity_of_touched.customer_id
),

customer_count as (
    select count(*) as customer_count
    from early_customers
),

-- No list reaches deeper into a ranking than its places and the customers of one
-- product.
deepest as (
    select {{ depth }} + max(early_customer_count) as place
    from known_products
),

customer_rankings as (
    select
        'engagement' as recommender,
        customer_id,
        engagement_rank as place
    from early_customers
    union all
    select
        'recent_activity' as recommender,
        customer_id,
        row_number() over (
            order by recent_activity desc, last_interaction_at desc, customer_id asc
        ) as place
    from early_customers
    union all
    select
        'popular' as recommender,
        customer_id,
        row_number() over (
            order by popularity desc, last_interaction_at desc, customer_id asc
        ) as place
    from early_customers
),

-- All customers in a random order, as a circle: each product starts somewhere else.
shuffled as (
    select
        customer_id,
        row_number() over (
            order by {{ hash_number("'order ' || customer_id") }}, customer_id
        ) - 1 as place
    from early_customers
),

top_of_rankings as (
    select
        customer_rankings.recommender,
        customer_rankings.customer_id,
        customer_rankings.place
    from customer_rankings
    inner join deepest on customer_rankings.place <= deepest.place
    union all
    select
        'random' as recommender,
        customer_id,
        place
    from shuffled
),

recommenders as (
    {% for recommender in ['engagement', 'recent_activity', 'popular', 'random'] %}
    select '{{ recommender }}' as recommender
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

-- The first N customers outside a set of k lie among the first N + k of a ranking.
places as (
    select
        known_products.product_id,
        {{ hash_number("'product ' || known_products.product_id") }}
        % customer_count.customer_count as random_start,
        customer_count.customer_count,
        {{ each_number(
            1,
            'least(' ~ depth ~ ' + known_products.early_customer_count,'
            ~ ' customer_count.customer_count)'
        ) }} as place
    from known_products
    cross join customer_count
),

candidates as (
    select
        recommenders.recommender,
        places.product_id,
        places.place,
        case
            when recommenders.recommender = 'random'
                then (places.random_start + places.place) % places.customer_count
            else places.place
        end as place_in_ranking
    from places
    cross join recommenders
),

placed as (
    select
        candidates.recommender,
        candidates.product_id,
        top_of_rankings.customer_id,
        row_number() over (
            partition by candidates.recommender, candidates.product_id
            order by candidates.place
        ) as recommendation_rank
    from candidates
    inner join top_of_rankings
        on
            candidates.recommender = top_of_rankings.recommender
            and candidates.place_in_ranking = top_of_rankings.place
    left join early_pairs
        on
            candidates.product_id = early_pairs.product_id
            and top_of_rankings.customer_id = early_pairs.customer_id
    where early_pairs.customer_id is null
),

combined as (
    select
        recommender,
        product_id,
        customer_id,
        recommendation_rank
    from placed
    union all
    -- Rankings of another log say nothing about this one.
    select
        'als' as recommender,
        als_rankings.product_id,
        als_rankings.customer_id,
        als_rankings.recommendation_rank
    from als_rankings
    inner join training_log
        on als_rankings.log_fingerprint = training_log.log_fingerprint
),

final as (
    select
        recommender,
        product_id,
        customer_id,
        cast(recommendation_rank as bigint) as recommendation_rank
    from combined
    where recommendation_rank <= {{ depth }}
)

select * from final
