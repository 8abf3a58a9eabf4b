{#
    Products that the same customers touch; item-based neighbours as in Sarwar et al. 2001
    (doi:10.1145/371920.372071), shrunk towards zero where few customers are shared. Each
    customer counts with the latest 100 products, each product has at most 100 neighbours
    and is the neighbour of at most 100: the cost stays linear in the size of the log.

    The other two weights are of the same pairs of products: of rules (the product is touched
    within three steps after its neighbour; Kamehkhosh, Jannach and Ludewig 2017) and of a
    random walk from the neighbour over a customer to the product, damped by its popularity
    (RP3beta, Paudel et al. 2017, doi:10.1145/2955101).
#}
{% set latest_products = 100 %}
{% set most_neighbours = 100 %}
{# Two whole numbers in one bigint, so that rows are grouped and ordered by one value. A
   log has fewer than 2^30 products; 10^9, the largest weight, times 2^31 is below 2^63. #}
{% set pair_factor = 1073741824 %}
{% set order_factor = 2147483648 %}

with pairs as (
    select * from {{ ref('int_cutoff_pairs') }}
    {% if not var('with_product_signals') %}
    where origin <> 0
    {% endif %}
),

ranked_products as (
    select * from {{ ref('int_ranked_products') }}
    where not is_new
),

-- Of equal weights the product comes first that fewer customers touched, then the id.
products as (
    select
        origin,
        product_id,
        -- Wide enough for two of them in one number, on either engine.
        cast(
            row_number() over (
                partition by origin
                order by count(*) asc, product_id asc
            ) as bigint
        ) as product_number,
        count(*) as customer_count
    from pairs
    group by origin, product_id
),

histories as (
    select
        pairs.origin,
        pairs.customer_id,
        pairs.product_count,
        pairs.recent_position,
        products.product_number
    from pairs
    inner join products
        on
            pairs.origin = products.origin
            and pairs.product_id = products.product_id
    where pairs.recent_position <= {{ latest_products }} and pairs.product_count > 1
),

-- Each pair of products once, under one number: half of the work. Whole numbers, as
-- sums of doubles depend on the order.
pairs_together as (
    select
        later.origin,
        least(later.product_number, earlier.product_number) * {{ pair_factor }}
        + greatest(later.product_number, earlier.product_number) as pair_number,
        {% for side, comparison in {'first': '<', 'second': '>'}.items() %}
        -- Sixths: the {{ side }} product is touched a step later 6, two 3, three 2.
        sum(
            case
                when later.product_number {{ comparison }} earlier.product_number
                    then
                        case earlier.recent_position - later.recent_position
                            when 1 then 6
                            when 2 then 3
                            when 3 then 2
                            else 0
                        end
                else 0
            end
        ) as {{ side }}_sixths,
        {% endfor %}
        count(*) as customer_count,
        sum(cast(floor(1000000 / later.product_count) as int)) as walk_millionths
    from histories as later
    inner join histories as earlier
        on
            later.origin = earlier.origin
            and later.customer_id = earlier.customer_id
            and later.recent_position < earlier.recent_position
    group by
        later.origin,
        least(later.product_number, earlier.product_number) * {{ pair_factor }}
        + greatest(later.product_number, earlier.product_number)
),

separated as (
    select
        *,
        cast(
            floor(pair_number / cast({{ pair_factor }} as double)) as bigint
        ) as first_number,
        pair_number % {{ pair_factor }} as second_number
    from pairs_together
),

together as (
    select
        origin,
        customer_count,
        walk_millionths,
        first_number as target_number,
        second_number as neighbour_number,
        first_sixths as rule_sixths
    from separated
    union all
    select
        origin,
        customer_count,
        walk_millionths,
        second_number as target_number,
        first_number as neighbour_number,
        second_sixths as rule_sixths
    from separated
),

weighted as (
    select
        together.origin,
        together.target_number,
        together.neighbour_number,
        targets.product_id,
        neighbours.product_id as neighbour_id,
        round(
            together.customer_count
            / (
                sqrt(cast(targets.customer_count as double) * neighbours.customer_count)
                + 10
            ),
            9
        ) as neighbour_weight,
        together.rule_sixths / cast(6 as double) as rule_weight,
        round(
            cast(together.walk_millionths as double)
            / (
                cast(neighbours.customer_count as double)
                * sqrt(cast(targets.customer_count as double))
            ) / 1000,
            9
        ) as walk_weight
    from together
    inner join products as targets
        on
            together.origin = targets.origin
            and together.target_number = targets.product_number
    inner join ranked_products
        on
            targets.origin = ranked_products.origin
            and targets.product_id = ranked_products.product_id
    inner join products as neighbours
        on
            together.origin = neighbours.origin
            and together.neighbour_number = neighbours.product_number
),

with_neighbours as (
    select *
    from (
        select
            *,
            row_number() over (
                partition by origin, target_number
                order by
                    cast(round(neighbour_weight * 1000000000) as bigint)
                    * {{ order_factor }} - neighbour_number desc
            ) as neighbour_place
        from weighted
    ) as placed_neighbours
    where neighbour_place <= {{ most_neighbours }}
),

final as (
    select
        origin,
        product_id,
        neighbour_id,
        neighbour_weight,
        rule_weight,
        walk_weight
    from (
        select
            *,
            row_number() over (
                partition by origin, neighbour_number
                order by
                    cast(round(neighbour_weight * 1000000000) as bigint)
                    * {{ order_factor }} - target_number desc
            ) as target_place
        from with_neighbours
    ) as placed_targets
    where target_place <= {{ most_neighbours }}
)

select * from final
