{#
    Customers who may get a place for a product with a signal: the most active ones, those who
    touched most of its attributes, and the 50 who touched most of its neighbours. The first two
    groups fill a list by themselves. The cost grows with the log, not with its square.
#}
with ranked_products as (
    select * from {{ ref('int_ranked_products') }}
    {% if not var('with_product_signals') %}
    where not is_now
    {% endif %}
),

product_attributes as (
    select * from {{ ref('int_product_attributes') }}
),

pairs as (
    select * from {{ ref('int_cutoff_pairs') }}
),

customers as (
    select * from {{ ref('int_cutoff_customers') }}
),

customer_attributes as (
    select * from {{ ref('int_customer_attributes') }}
),

places as (
    select * from {{ ref('int_customer_places') }}
    where ranking = 'activity'
),

neighbour_customers as (
    select * from {{ ref('int_neighbour_customers') }}
),

unlisted_customers as (
    select * from {{ ref('int_unlisted_customers') }}
),

-- The others have the list of activity.
with_signal as (
    select distinct
        origin,
        product_id
    from neighbour_customers
    union
    select distinct
        ranked_products.origin,
        ranked_products.product_id
    from ranked_products
    inner join product_attributes
        on ranked_products.product_id = product_attributes.product_id
),

products as (
    select ranked_products.*
    from ranked_products
    inner join with_signal
        on
            ranked_products.origin = with_signal.origin
            and ranked_products.product_id = with_signal.product_id
),

-- Each place on its own: a join by a bound would compare all with all.
active_places as (
    select
        origin,
        product_id,
        {{ each_number(1, list_depth() ~ ' + excluded_count') }} as place
    from products
),

gathered as (
    select
        active_places.origin,
        active_places.product_id,
        places.customer_id
    from active_places
    inner join places
        on
            active_places.origin = places.origin
            and active_places.place = places.place
    union
    select
        products.origin,
        products.product_id,
        customer_attributes.customer_id
    from products
    inner join product_attributes
        on products.product_id = product_attributes.product_id
    inner join customer_attributes
        on
            products.origin = customer_attributes.origin
            and product_attributes.attribute = customer_attributes.attribute
            and customer_attributes.attribute_place
            <= {{ list_depth() }} + products.excluded_count
),

-- Customers of neighbours are allowed already.
of_neighbours as (
    select
        neighbour_customers.origin,
        neighbour_customers.product_id,
        neighbour_customers.customer_id,
        neighbour_customers.neighbour_count,
        neighbour_customers.neighbour_score,
        neighbour_customers.rule_score,
        neighbour_customers.walk_score
    from neighbour_customers
    left join unlisted_customers
        on
            neighbour_customers.origin = 0
            and neighbour_customers.customer_id = unlisted_customers.customer_id
    where unlisted_customers.customer_id is null
),

others as (
    select gathered.*
    from gathered
    left join neighbour_customers
        on
            gathered.origin = neighbour_customers.origin
            and gathered.product_id = neighbour_customers.product_id
            and gathered.customer_id = neighbour_customers.customer_id
    left join pairs
        on
            gathered.origin = pairs.origin
            and gathered.product_id = pairs.product_id
            and gathered.customer_id = pairs.customer_id
            and pairs.is_excluded
    left join unlisted_customers
        on
            gathered.origin = 0
            and gathered.customer_id = unlisted_customers.customer_id
    where
        neighbour_customers.customer_id is null
        and pairs.customer_id is null
        and unlisted_customers.customer_id is null
),

allowed as (
    select * from of_neighbours
    union all
    select
        origin,
        product_id,
        customer_id,
        0 as neighbour_count,
        0 as neighbour_score,
        0 as rule_score,
        0 as walk_score
    from others
),

-- Of the attributes that both have.
affinities as (
    select
        allowed.origin,
        allowed.product_id,
        allowed.customer_id,
        max(customer_attributes.touched_count) as attribute_count,
        sum(
            cast(
                product_attributes.attribute_weight * customer_attributes.affinity
                as decimal(18, 12)
            )
        ) as affinity
    from allowed
    inner join product_attributes
        on allowed.product_id = product_attributes.product_id
    inner join customer_attributes
        on
            allowed.origin = customer_attributes.origin
            and allowed.customer_id = customer_attributes.customer_id
            and product_attributes.attribute = customer_attributes.attribute
    group by allowed.origin, allowed.product_id, allowed.customer_id
),

usual_shares as (
    select distinct
        origin,
        attribute,
        usual_share
    from customer_attributes
),

usual as (
    select
        usual_shares.origin,
        product_attributes.product_id,
        cast(
            sum(
                cast(
                    product_attributes.attribute_weight * usual_shares.usual_share
                    as decimal(18, 12)
                )
            ) as double
        ) as usual_share
    from product_attributes
    inner join usual_shares
        on product_attributes.attribute = usual_shares.attribute
    group by usual_shares.origin, product_attributes.product_id
),

final as (
    select
        allowed.origin,
        allowed.product_id,
        allowed.customer_id,
        products.is_new,
        customers.unique_products as product_count,
        customers.activity,
        customers.activity_place,
        allowed.neighbour_count,
        allowed.neighbour_score,
        allowed.rule_score,
        allowed.walk_score,
        cast(coalesce(affinities.affinity, 0) as double) as affinity,
        coalesce(affinities.attribute_count, 0) as attribute_count,
        -- Smoothed by two products of the usual mix.
        (cast(coalesce(affinities.affinity, 0) as double) + 2 * usual.usual_share)
        / (customers.unique_products + 2) as affinity_share
    from allowed
    inner join products
        on
            allowed.origin = products.origin
            and allowed.product_id = products.product_id
    inner join customers
        on
            allowed.origin = customers.origin
            and allowed.customer_id = customers.customer_id
    left join affinities
        on
            allowed.origin = affinities.origin
            and allowed.product_id = affinities.product_id
            and allowed.customer_id = affinities.customer_id
    left join usual
        on
            allowed.origin = usual.origin
            and allowed.product_id = usual.product_id
)

select * from final
