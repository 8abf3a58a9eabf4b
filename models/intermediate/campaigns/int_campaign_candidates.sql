{#
    For places that int_campaign_slots left open: customers with room, from the place on where
    the product would stand if all open places were lined up with all room, and so many that
    those who must not be asked, or are there already, cannot use them up. A campaign that
    requires an event has the customers with that event and nobody else.
#}
{% set spare_candidates = 100 %}

with campaigns as (
    select * from {{ ref('stg_campaigns') }}
    where is_active
),

campaign_products as (
    select * from {{ ref('int_campaign_products') }}
),

campaign_customers as (
    select * from {{ ref('int_campaign_customers') }}
),

slots as (
    select * from {{ ref('int_campaign_slots') }}
),

exclusions as (
    select * from {{ ref('int_campaign_exclusions') }}
),

interactions as (
    select * from {{ ref('int_interactions') }}
),

log_window as (
    select * from {{ ref('int_log_window') }}
),

slot_counts as (
    select
        campaign_id,
        product_id,
        count(*) as slot_count
    from slots
    group by campaign_id, product_id
),

exclusion_counts as (
    select
        campaign_id,
        product_id,
        count(*) as exclusion_count
    from exclusions
    group by campaign_id, product_id
),

open_products as (
    select
        campaign_products.campaign_id,
        campaign_products.product_id,
        campaign_products.product_place,
        campaigns.required_event,
        campaigns.required_within_days,
        campaign_products.open_count
        - coalesce(slot_counts.slot_count, 0) as open_count,
        coalesce(slot_counts.slot_count, 0)
        + coalesce(exclusion_counts.exclusion_count, 0) as taken_count
    from campaign_products
    inner join campaigns on campaign_products.campaign_id = campaigns.campaign_id
    left join slot_counts
        on
            campaign_products.campaign_id = slot_counts.campaign_id
            and campaign_products.product_id = slot_counts.product_id
    left join exclusion_counts
        on
            campaign_products.campaign_id = exclusion_counts.campaign_id
            and campaign_products.product_id = exclusion_counts.product_id
    where campaign_products.open_count > coalesce(slot_counts.slot_count, 0)
),

customer_slots as (
    select
        campaign_id,
        customer_id,
        count(*) as slot_count
    from slots
    group by campaign_id, customer_id
),

roomy_customers as (
    select
        campaign_customers.campaign_id,
        campaign_customers.customer_id,
        campaign_customers.engagement_rank,
        campaign_customers.capacity - coalesce(customer_slots.slot_count, 0) as room
    from campaign_customers
    left join customer_slots
        on
            campaign_customers.campaign_id = customer_slots.campaign_id
            and campaign_customers.customer_id = customer_slots.customer_id
    where campaign_customers.capacity > coalesce(customer_slots.slot_count, 0)
),

with_event as (
    select distinct
        open_products.campaign_id,
        open_products.product_id,
        open_products.product_place,
        open_products.open_count,
        interactions.customer_id
    from interactions
    inner join open_products
        on
            interactions.product_id = open_products.product_id
            and interactions.event = open_products.required_event
    cross join log_window
    where {{ within_days(
        'interactions.event_at', 'log_window.as_of_at',
        'open_products.required_within_days'
    ) }}
),

numbered_customers as (
    select
        roomy_customers.*,
        row_number() over (
            partition by roomy_customers.campaign_id
            order by roomy_customers.engagement_rank
        ) as customer_number,
        sum(roomy_customers.room) over (
            partition by roomy_customers.campaign_id
            order by roomy_customers.engagement_rank
            rows between unbounded preceding and current row
        ) as last_unit
    from roomy_customers
    inner join campaigns on roomy_customers.campaign_id = campaigns.campaign_id
    where campaigns.required_event is null
),

room_totals as (
    select
        campaign_id,
        max(last_unit) as unit_count,
        max(customer_number) as customer_count
    from numbered_customers
    group by campaign_id
),

numbered_products as (
    select
        *,
        sum(open_count) over (
            partition by campaign_id
            order by product_place
            rows between unbounded preceding and current row
        ) - open_count as places_before
    from open_products
    where required_event is null
),

-- More places than twice the room need not be looked at: they stay open.
starting as (
    select
        numbered_products.campaign_id,
        numbered_products.product_id,
        numbered_products.product_place,
        numbered_products.open_count,
        numbered_products.taken_count,
        room_totals.customer_count,
        mod(numbered_products.places_before, room_totals.unit_count) + 1 as first_unit
    from numbered_products
    inner join room_totals
        on numbered_products.campaign_id = room_totals.campaign_id
    where
        numbered_products.places_before
        < 2 * room_totals.unit_count + {{ spare_candidates }}
),

-- The customer whose room holds the unit: one past those whose room ends before it.
lined_up as (
    select
        campaign_id,
        first_unit as unit,
        product_id
    from starting
    union all
    select
        campaign_id,
        last_unit as unit,
        cast(null as {{ id_type() }}) as product_id
    from numbered_customers
),

counted as (
    select
        *,
        count(case when product_id is null then 1 end) over (
            partition by campaign_id
            order by unit asc, product_id asc nulls last
            rows between unbounded preceding and current row
        ) as customers_before
    from lined_up
),

stepping as (
    select
        campaign_id,
        product_id,
        product_place,
        open_count,
        customer_count,
        {{ each_number(
            0,
            'cast(least(customer_count, open_count + taken_count + '
            ~ spare_candidates ~ ') - 1 as bigint)',
        ) }} as step
    from starting
),

looked_at as (
    select
        stepping.campaign_id,
        stepping.product_id,
        stepping.product_place,
        stepping.open_count,
        stepping.step,
        mod(counted.customers_before + stepping.step, stepping.customer_count) + 1
            as customer_number
    from stepping
    inner join counted
        on
            stepping.campaign_id = counted.campaign_id
            and stepping.product_id = counted.product_id
),

-- With all that the next step asks for: joined again by campaign, everybody would meet
-- every product.
pairs as (
    select
        looked_at.campaign_id,
        looked_at.product_id,
        looked_at.product_place,
        looked_at.open_count,
        numbered_customers.customer_id,
        numbered_customers.room,
        looked_at.step as preference
    from looked_at
    inner join numbered_customers
        on
            looked_at.campaign_id = numbered_customers.campaign_id
            and looked_at.customer_number = numbered_customers.customer_number
    union all
    select
        with_event.campaign_id,
        with_event.product_id,
        with_event.product_place,
        with_event.open_count,
        with_event.customer_id,
        roomy_customers.room,
        roomy_customers.engagement_rank as preference
    from with_event
    inner join roomy_customers
        on
            with_event.campaign_id = roomy_customers.campaign_id
            and with_event.customer_id = roomy_customers.customer_id
),

final as (
    select
        pairs.campaign_id,
        pairs.product_id,
        pairs.customer_id,
        pairs.preference,
        pairs.product_place,
        pairs.open_count,
        pairs.room
    from pairs
    left join exclusions
        on
            pairs.campaign_id = exclusions.campaign_id
            and pairs.product_id = exclusions.product_id
            and pairs.customer_id = exclusions.customer_id
    left join slots
        on
            pairs.campaign_id = slots.campaign_id
            and pairs.product_id = slots.product_id
            and pairs.customer_id = slots.customer_id
    where
        exclusions.customer_id is null
        and slots.customer_id is null
)

select * from final
