{#
    Open places are filled in rounds. In each, every product asks its best candidates, as many
    as it lacks; a customer whom more products ask than there is room for goes to those with
    the fewest candidates to spare; who is full and what is full drops out. After a few rounds
    nobody is left whom an open place could take, which leaves at least half of what the best
    assignment could fill, and on small random cases more than 97 % (tests/scripts/
    test_campaign_rules.py).
#}
{% set rounds = 6 %}

with slots as (
    select * from {{ ref('int_campaign_slots') }}
),

candidates_0 as (
    select * from {{ ref('int_campaign_candidates') }}
),

{% for round in range(1, rounds + 1) %}
asked_{{ round }} as (
    select
        *,
        row_number() over (
            partition by campaign_id, product_id
            order by preference
        ) as turn,
        count(*) over (partition by campaign_id, product_id) - open_count as spare_count
    from candidates_{{ round - 1 }}
),

chosen_{{ round }} as (
    select
        campaign_id,
        product_id,
        customer_id,
        room,
        row_number() over (
            partition by campaign_id, customer_id
            order by spare_count, product_place
        ) as choice
    from asked_{{ round }}
    where turn <= open_count
),

filled_{{ round }} as (
    select
        campaign_id,
        product_id,
        customer_id
    from chosen_{{ round }}
    where choice <= room
),

{% if not loop.last %}
filled_products_{{ round }} as (
    select
        campaign_id,
        product_id,
        count(*) as filled_count
    from filled_{{ round }}
    group by campaign_id, product_id
),

filled_customers_{{ round }} as (
    select
        campaign_id,
        customer_id,
        count(*) as filled_count
    from filled_{{ round }}
    group by campaign_id, customer_id
),

candidates_{{ round }} as (
    select
        asked.campaign_id,
        asked.product_id,
        asked.customer_id,
        asked.preference,
        asked.product_place,
        asked.open_count - coalesce(products.filled_count, 0) as open_count,
        asked.room - coalesce(customers.filled_count, 0) as room
    from candidates_{{ round - 1 }} as asked
    left join filled_products_{{ round }} as products
        on
            asked.campaign_id = products.campaign_id
            and asked.product_id = products.product_id
    left join filled_customers_{{ round }} as customers
        on
            asked.campaign_id = customers.campaign_id
            and asked.customer_id = customers.customer_id
    left join filled_{{ round }} as filled
        on
            asked.campaign_id = filled.campaign_id
            and asked.product_id = filled.product_id
            and asked.customer_id = filled.customer_id
    where
        filled.customer_id is null
        and asked.open_count > coalesce(products.filled_count, 0)
        and asked.room > coalesce(customers.filled_count, 0)
),
{% endif %}

{% endfor %}
placements as (
    select
        campaign_id,
        product_id,
        customer_id
    from slots
    {% for round in range(1, rounds + 1) %}
    union all
    select
        campaign_id,
        product_id,
        customer_id
    from filled_{{ round }}
    {% endfor %}
)

select * from placements
