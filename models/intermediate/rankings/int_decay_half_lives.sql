{#
    Over what time decayed_activity forgets, by cutoff: of six half-lives the one whose first
    customers touched most products that were new to them in the last fifth of the log before
    the cutoff, ranked by what was known before that window. Of equal ones the longest.
#}
{% set first_customers = 100 %}
{% set window_share = 0.2 %}
{# Half-lives, as parts of the log. #}
{% set parts = [1, 2, 4, 8, 16, 32] %}
{% set first_age = dbt.datediff(
    'pairs.first_interaction_at', 'cutoffs.split_at', 'second'
) %}
{% set last_age = dbt.datediff(
    'pairs.last_interaction_at', 'cutoffs.split_at', 'second'
) %}
{% set event_age = dbt.datediff(
    'interactions.event_at', 'touched_again.split_at', 'second'
) %}

with interactions as (
    select * from {{ ref('int_interactions') }}
),

cutoffs as (
    select
        origin,
        split_at,
        span_seconds,
        {{ window_share }} * span_seconds as window_seconds
    from {{ ref('int_ranking_cutoffs') }}
),

new_products as (
    select
        pairs.origin,
        pairs.customer_id,
        count(*) as new_product_count
    from {{ ref('int_cutoff_pairs') }} as pairs
    inner join cutoffs on pairs.origin = cutoffs.origin
    where {{ first_age }} <= cutoffs.window_seconds
    group by pairs.origin, pairs.customer_id
),

-- Touched before the window and in it: few, so their interactions are read again.
touched_again as (
    select
        pairs.origin,
        pairs.customer_id,
        pairs.product_id,
        cutoffs.split_at,
        cutoffs.window_seconds,
        cutoffs.span_seconds
    from {{ ref('int_cutoff_pairs') }} as pairs
    inner join cutoffs on pairs.origin = cutoffs.origin
    where
        {{ first_age }} > cutoffs.window_seconds
        and {{ last_age }} <= cutoffs.window_seconds
    group by
        pairs.origin, pairs.customer_id, pairs.product_id, cutoffs.split_at,
        cutoffs.window_seconds, cutoffs.span_seconds
),

-- The last touch before the window, in seconds before it.
touches as (
    select
        pairs.origin,
        pairs.customer_id,
        {{ last_age }} - cutoffs.window_seconds as age,
        cutoffs.span_seconds
    from {{ ref('int_cutoff_pairs') }} as pairs
    inner join cutoffs on pairs.origin = cutoffs.origin
    where {{ last_age }} > cutoffs.window_seconds
    union all
    select
        touched_again.origin,
        touched_again.customer_id,
        min({{ event_age }}) - touched_again.window_seconds as age,
        touched_again.span_seconds
    from touched_again
    inner join interactions
        on
            touched_again.customer_id = interactions.customer_id
            and touched_again.product_id = interactions.product_id
    where {{ event_age }} > touched_again.window_seconds
    group by
        touched_again.origin, touched_again.customer_id, touched_again.product_id,
        touched_again.window_seconds, touched_again.span_seconds
),

customers as (
    select
        origin,
        customer_id,
        count(*) as product_count,
        min(age) as age
    from touches
    group by origin, customer_id
),

-- Optimisation: customers with one product are in the same order by every half-life, so
-- only the latest of them can be among the first.
days as (
    select
        origin,
        floor(age / 86400) as days_before,
        sum(count(*)) over (
            partition by origin
            order by floor(age / 86400)
        ) - count(*) as later_customers
    from customers
    where product_count = 1
    group by origin, floor(age / 86400)
),

last_days as (
    select
        origin,
        max(days_before) as days_before
    from days
    where later_customers < {{ first_customers }}
    group by origin
),

near_the_top as (
    select
        customers.origin,
        customers.customer_id,
        customers.age
    from customers
    left join last_days on customers.origin = last_days.origin
    where
        customers.product_count > 1
        or floor(customers.age / 86400) <= last_days.days_before
),

scored as (
    select
        near_the_top.origin,
        near_the_top.customer_id,
        near_the_top.age,
        {% for part in parts %}
        sum(
            cast(
                power(
                    cast(0.5 as double), {{ part }} * touches.age / touches.span_seconds
                ) as decimal(18, 12)
            )
        ) as score_{{ part }},
        {% endfor %}
        count(*) as product_count
    from near_the_top
    inner join touches
        on
            near_the_top.origin = touches.origin
            and near_the_top.customer_id = touches.customer_id
    group by near_the_top.origin, near_the_top.customer_id, near_the_top.age
),

-- In columns: an engine would compute the scores again for each half-life.
placed as (
    select
        origin,
        {% for part in parts %}
        row_number() over (
            partition by origin
            order by score_{{ part }} desc, age asc, customer_id asc
        ) as place_{{ part }},
        {% endfor %}
        customer_id
    from scored
),

counted as (
    select
        {% for part in parts %}
        sum(
            case
                when placed.place_{{ part }} <= {{ first_customers }}
                    then new_products.new_product_count
                else 0
            end
        ) as new_products_{{ part }},
        {% endfor %}
        placed.origin
    from placed
    inner join new_products
        on
            placed.origin = new_products.origin
            and placed.customer_id = new_products.customer_id
    group by placed.origin
),

half_lives as (
    {% for part in parts %}
    select {{ part }} as part
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

results as (
    select
        cutoffs.origin,
        half_lives.part,
        cutoffs.span_seconds / half_lives.part as half_life_seconds,
        coalesce(
            case half_lives.part
                {% for part in parts %}
                when {{ part }} then counted.new_products_{{ part }}
                {% endfor %}
            end,
            0
        ) as new_product_count
    from cutoffs
    cross join half_lives
    left join counted on cutoffs.origin = counted.origin
),

compared as (
    select
        *,
        row_number() over (
            partition by origin
            order by new_product_count desc, part asc
        ) as choice
    from results
),

final as (
    select
        origin,
        cast(half_life_seconds as double) as half_life_seconds,
        cast(new_product_count as bigint) as new_product_count
    from compared
    where choice = 1
)

select * from final
