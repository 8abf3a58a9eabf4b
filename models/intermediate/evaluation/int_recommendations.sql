{% set depth = cutoffs() | max %}
{# The rankings other than engagement, and the column that each sorts by. #}
{% set rankings = {'recent_activity': 'recent_activity', 'popular': 'popularity'} %}

with pairs as (
    select * from {{ ref('int_customer_product_sides') }}
),

origin_customers as (
    select * from {{ ref('int_origin_customers') }}
),

engagement_ranking as (
    select * from {{ ref('int_origin_ranking') }}
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

{% for recommender, value in rankings.items() %}
-- Only customers with at least this value have to be sorted.
{{ recommender }}_values as (
    select
        {{ value }},
        sum(count(*)) over (
            order by {{ value }} desc
            rows between unbounded preceding and current row
        ) - count(*) as customers_above
    from early_customers
    group by {{ value }}
),

{{ recommender }}_bound as (
    select min({{ recommender }}_values.{{ value }}) as lowest
    from {{ recommender }}_values
    inner join deepest on {{ recommender }}_values.customers_above <= deepest.place
),

{% endfor %}
customer_rankings as (
    select
        'engagement' as recommender,
        engagement_ranking.customer_id,
        engagement_ranking.engagement_rank - 1 as place
    from engagement_ranking
    inner join split on engagement_ranking.origin = split.origin
    {% for recommender, value in rankings.items() %}
    union all
    select
        '{{ recommender }}' as recommender,
        early_customers.customer_id,
        row_number() over (
            order by
                early_customers.{{ value }} desc,
                early_customers.last_interaction_at desc,
                early_customers.customer_id asc
        ) - 1 as place
    from early_customers
    inner join {{ recommender }}_bound
        on early_customers.{{ value }} >= {{ recommender }}_bound.lowest
    {% endfor %}
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

-- Where in each ranking a product's list begins.
starts as (
    select
        recommenders.recommender,
        known_products.product_id,
        known_products.early_customer_count,
        customer_count.customer_count,
        case
            when recommenders.recommender = 'random'
                then
                    {{ hash_number("'product ' || known_products.product_id") }}
                    % customer_count.customer_count
            else 0
        end as start_place
    from known_products
    cross join customer_count
    cross join recommenders
),

-- As in product_audiences: the first N customers outside a set of k lie among the first
-- N + k, so only customers left out at these places move others up.
left_out as (
    select
        starts.recommender,
        starts.product_id,
        starts.early_customer_count,
        (
            top_of_rankings.place - starts.start_place + starts.customer_count
        ) % starts.customer_count + 1 as place
    from early_pairs
    inner join top_of_rankings
        on early_pairs.customer_id = top_of_rankings.customer_id
    inner join starts
        on
            early_pairs.product_id = starts.product_id
            and top_of_rankings.recommender = starts.recommender
),

left_out_on_top as (
    select
        recommender,
        product_id,
        place
    from left_out
    where place <= {{ depth }} + early_customer_count
),

left_out_counts as (
    select
        recommender,
        product_id,
        count(*) as left_out_count
    from left_out_on_top
    group by recommender, product_id
),

counted_starts as (
    select
        starts.*,
        coalesce(left_out_counts.left_out_count, 0) as left_out_count
    from starts
    left join left_out_counts
        on
            starts.recommender = left_out_counts.recommender
            and starts.product_id = left_out_counts.product_id
),

-- Written out, so that an engine knows their number: it holds the smaller side of a
-- join in memory.
positions as (
    {% for place in range(1, depth + 1) %}
    select {{ place }} as place
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

-- Most products leave out no customer at the top: their list is the top itself. With
-- fewer customers than places, the last places stay empty.
unmoved as (
    select
        counted_starts.recommender,
        counted_starts.product_id,
        case
            when positions.place <= counted_starts.customer_count
                then
                    (counted_starts.start_place + positions.place - 1)
                    % counted_starts.customer_count
        end as place_in_ranking,
        positions.place as recommendation_rank
    from counted_starts
    cross join positions
    where counted_starts.left_out_count = 0
),

candidates as (
    select
        recommender,
        product_id,
        start_place,
        customer_count,
        {{ each_number(
            1, 'least(' ~ depth ~ ' + left_out_count, customer_count)'
        ) }} as place
    from counted_starts
    where left_out_count > 0
),

moved as (
    select
        candidates.recommender,
        candidates.product_id,
        (candidates.start_place + candidates.place - 1) % candidates.customer_count
            as place_in_ranking,
        row_number() over (
            partition by candidates.recommender, candidates.product_id
            order by candidates.place
        ) as recommendation_rank
    from candidates
    left join left_out_on_top
        on
            candidates.recommender = left_out_on_top.recommender
            and candidates.product_id = left_out_on_top.product_id
            and candidates.place = left_out_on_top.place
    where left_out_on_top.product_id is null
),

listed as (
    select * from unmoved
    union all
    select * from moved
    where recommendation_rank <= {{ depth }}
),

placed as (
    select
        listed.recommender,
        listed.product_id,
        top_of_rankings.customer_id,
        listed.recommendation_rank
    from listed
    inner join top_of_rankings
        on
            listed.recommender = top_of_rankings.recommender
            and listed.place_in_ranking = top_of_rankings.place
),

combined as (
    select
        recommender,
        product_id,
        customer_id,
        recommendation_rank
    from placed
    union all
    -- Rankings of another log are ignored.
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
