{#
    Two lists are matched in order: open places, and customers, each repeated as often as the
    cap allows. Every product gets its first place before any product gets its second, so a
    customer's places lie in different products and the best customers are spread over all of
    them. Each round starts one product further on, so that neighbouring products do not share
    all of their customers. The cost is linear in the places that the customers can fill.
#}
with campaigns as (
    select * from {{ ref('stg_campaigns') }}
    where
        is_active
        and required_event is null
        -- These are placed in int_campaign_completions alone.
        and diversity_weight = 0
        and coverage_weight = 1
        -- These take turns there.
        and campaign_id not in (
            select rivals.campaign_id from {{ ref('int_campaign_rivals') }} as rivals
        )
        -- These begin with their likely pairs, there too.
        and campaign_id not in (
            select signals.campaign_id from {{ ref('int_campaign_signals') }} as signals
        )
),

campaign_products as (
    select int_campaign_products.*
    from {{ ref('int_campaign_products') }} as int_campaign_products
    inner join campaigns on int_campaign_products.campaign_id = campaigns.campaign_id
    where int_campaign_products.open_count > 0
),

campaign_customers as (
    select * from {{ ref('int_campaign_order') }}
    where capacity > 0
),

exclusions as (
    select * from {{ ref('int_campaign_exclusions') }}
),

place_counts as (
    select
        campaign_id,
        count(*) as product_count,
        sum(open_count) as place_count
    from campaign_products
    group by campaign_id
),

rooms as (
    select
        campaign_id,
        sum(capacity) as room
    from campaign_customers
    group by campaign_id
),

-- How many products lack at least this many customers.
heights as (
    select
        campaign_id,
        open_count as height,
        sum(count(*)) over (
            partition by campaign_id
            order by open_count desc
            rows between unbounded preceding and current row
        ) as product_count
    from campaign_products
    group by campaign_id, open_count
),

stepped as (
    select
        *,
        lag(height, 1, 0) over (
            partition by campaign_id
            order by height
        ) as height_before
    from heights
),

piled as (
    select
        *,
        sum((height - height_before) * product_count) over (
            partition by campaign_id
            order by height
            rows between unbounded preceding and current row
        ) as places_to_height
    from stepped
),

-- Beyond this layer customers have no room left, so no more places are listed.
last_layers as (
    select
        piled.campaign_id,
        piled.height
        - floor((piled.places_to_height - rooms.room) / piled.product_count)
            as last_layer
    from piled
    inner join rooms on piled.campaign_id = rooms.campaign_id
    where
        piled.places_to_height >= rooms.room
        and piled.places_to_height
        - (piled.height - piled.height_before) * piled.product_count < rooms.room
),

layers as (
    select
        campaign_products.campaign_id,
        campaign_products.product_id,
        campaign_products.product_place,
        {{ each_number(
            1,
            'cast(least(campaign_products.open_count, last_layers.last_layer) as bigint)',
        ) }} as layer
    from campaign_products
    left join last_layers on campaign_products.campaign_id = last_layers.campaign_id
),

places as (
    select
        layers.campaign_id,
        layers.product_id,
        row_number() over (
            partition by layers.campaign_id
            order by
                layers.layer,
                mod(layers.product_place + layers.layer, place_counts.product_count),
                layers.product_place
        ) as place
    from layers
    inner join place_counts on layers.campaign_id = place_counts.campaign_id
),

ranged as (
    select
        campaign_customers.campaign_id,
        campaign_customers.customer_id,
        campaign_customers.capacity,
        place_counts.place_count,
        sum(campaign_customers.capacity) over (
            partition by campaign_customers.campaign_id
            order by campaign_customers.campaign_rank
            rows between unbounded preceding and current row
        ) as last_place
    from campaign_customers
    inner join place_counts
        on campaign_customers.campaign_id = place_counts.campaign_id
),

spread as (
    select
        campaign_id,
        customer_id,
        {{ each_number(
            'cast(last_place - capacity + 1 as bigint)',
            'cast(least(last_place, place_count) as bigint)',
        ) }} as place
    from ranged
    where last_place - capacity < place_count
),

-- Where products lack different numbers, a customer may come to a product twice.
paired as (
    select
        places.campaign_id,
        places.product_id,
        spread.customer_id
    from places
    inner join spread
        on
            places.campaign_id = spread.campaign_id
            and places.place = spread.place
    group by places.campaign_id, places.product_id, spread.customer_id
),

allowed as (
    select paired.*
    from paired
    left join exclusions
        on
            paired.campaign_id = exclusions.campaign_id
            and paired.product_id = exclusions.product_id
            and paired.customer_id = exclusions.customer_id
    where exclusions.customer_id is null
)

select * from allowed
