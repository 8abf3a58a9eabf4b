-- An audience by a ranking of customers follows its order and skips only excluded
-- customers: the place of each customer is their audience rank plus the number of
-- customers above them that the product excludes.
with places as (
    select
        ranking,
        customer_id,
        place
    from {{ ref('int_customer_places') }}
    where origin = 0
),

placed as (
    select
        product_audiences.product_id,
        product_audiences.audience_rank,
        product_audiences.ranking,
        places.place
    from {{ ref('product_audiences') }} as product_audiences
    left join places
        on
            product_audiences.ranking = places.ranking
            and product_audiences.customer_id = places.customer_id
    -- The other audiences are those of a ranking of products.
    where product_audiences.ranking in (select served.ranking from places as served)
),

deepest as (
    select
        ranking,
        max(place) as place
    from placed
    group by ranking
),

-- Only excluded customers above a member of an audience matter; they are few.
relevant as (
    select
        customer_products.product_id,
        places.ranking,
        places.place
    from {{ ref('int_customer_products') }} as customer_products
    inner join places on customer_products.customer_id = places.customer_id
    inner join deepest
        on
            places.ranking = deepest.ranking
            and places.place < deepest.place
    where {{ excludes('customer_products') }}
),

checked as (
    select
        placed.product_id,
        placed.audience_rank,
        placed.place,
        count(relevant.place) as excluded_above
    from placed
    left join relevant
        on
            placed.product_id = relevant.product_id
            and placed.ranking = relevant.ranking
            and placed.place > relevant.place
    group by placed.product_id, placed.audience_rank, placed.place
)

select *
from checked
where place is null or place <> audience_rank + excluded_above
