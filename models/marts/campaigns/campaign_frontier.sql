{#
    What a campaign would reach with other caps and fewer products: its places go to the
    customers who can get one, in the campaign's order, each at most `frequency_cap` times. The
    campaign's weights say how many customers and products share them (campaign_weights.py).
    Exclusions of single products are not counted, so real audiences can be a little smaller.
    A campaign that requires an event has no choices here: its places depend on the pairs of
    product and customer with that event. Held-out places are filled and not contacted: all
    figures are of the share that is.
#}
{% set caps = [1, 2, 3, 5, 10] %}
{% set shares = [1, 0.5, 0.25, 0.1] %}
with campaigns as (
    select * from {{ ref('stg_campaigns') }}
    where
        is_active
        and required_event is null
),

products as (
    select
        campaign_id,
        count(*) as product_count
    from {{ ref('int_campaign_products') }}
    group by campaign_id
),

current_choices as (
    select
        campaigns.campaign_id,
        products.product_count,
        case
            when campaigns.frequency_cap < products.product_count
                then campaigns.frequency_cap
        end as frequency_cap
    from campaigns
    inner join products on campaigns.campaign_id = products.campaign_id
),

customers as (
    select
        campaign_order.campaign_id,
        campaign_order.campaign_rank as place,
        campaign_classes.purchase_probability,
        campaign_classes.incremental_probability
    from {{ ref('int_campaign_order') }} as campaign_order
    inner join {{ ref('int_campaign_classes') }} as classes
        on
            campaign_order.campaign_id = classes.campaign_id
            and campaign_order.customer_id = classes.customer_id
    inner join {{ ref('campaign_classes') }} as campaign_classes
        on
            classes.campaign_id = campaign_classes.campaign_id
            and classes.score_class = campaign_classes.score_class
            and classes.history_class = campaign_classes.history_class
    where classes.window_number = 0
),

cumulated as (
    select
        campaign_id,
        place,
        {% for name in ['purchase', 'incremental'] %}
        sum({{ name }}_probability) over (
            partition by campaign_id
            order by place
            rows between unbounded preceding and current row
        ) as {{ name }}s,
        {% endfor %}
        count(incremental_probability) over (
            partition by campaign_id
            order by place
            rows between unbounded preceding and current row
        ) as measured_customers
    from customers
),

customer_counts as (
    select
        campaign_id,
        count(*) as customer_count
    from customers
    group by campaign_id
),

caps as (
    {% for cap in caps %}
    select cast({{ cap }} as bigint) as frequency_cap
    union all
    {% endfor %}
    select cast(null as bigint) as frequency_cap
),

product_shares as (
    {% for share in shares %}
    select cast({{ share }} as double) as product_share
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

-- A cap of as many products as take part is none.
choices as (
    select
        campaigns.campaign_id,
        caps.frequency_cap,
        cast(ceil(products.product_count * product_shares.product_share) as bigint)
            as product_count
    from campaigns
    inner join products on campaigns.campaign_id = products.campaign_id
    cross join caps
    cross join product_shares
    union
    select
        campaign_id,
        frequency_cap,
        product_count
    from current_choices
),

points as (
    select *
    from choices
    where
        frequency_cap is null
        or frequency_cap < product_count
),

sized as (
    select
        points.campaign_id,
        points.frequency_cap,
        points.product_count,
        current_choices.product_count as all_products,
        campaigns.cost_per_contact,
        campaigns.value_per_conversion,
        campaigns.audience_size,
        campaigns.diversity_weight,
        campaigns.coverage_weight,
        customer_counts.customer_count,
        1 - campaigns.holdout_share as contacted_share,
        points.product_count = current_choices.product_count
        and coalesce(points.frequency_cap, 0)
        = coalesce(current_choices.frequency_cap, 0) as is_current,
        coalesce(points.frequency_cap, points.product_count) as contacts_each,
        least(
            campaigns.audience_size * points.product_count,
            customer_counts.customer_count
            * coalesce(points.frequency_cap, points.product_count)
        ) as contact_count
    from points
    inner join campaigns on points.campaign_id = campaigns.campaign_id
    inner join current_choices on points.campaign_id = current_choices.campaign_id
    inner join customer_counts on points.campaign_id = customer_counts.campaign_id
),

extremes as (
    select
        *,
        ceil(cast(contact_count as double) / contacts_each) as fewest_customers,
        least(contact_count, customer_count) as most_customers,
        ceil(cast(contact_count as double) / audience_size) as fewest_products,
        least(contact_count, product_count) as most_products
    from sized
),

placed as (
    select
        *,
        cast(
            floor(
                fewest_customers
                + diversity_weight * (most_customers - fewest_customers) + 0.5
            ) as bigint
        ) as reached_customers,
        cast(
            floor(
                fewest_products
                + coverage_weight * (most_products - fewest_products) + 0.5
            ) as bigint
        ) as reached_products
    from extremes
),

valued as (
    select
        placed.*,
        placed.contact_count * placed.contacted_share as contacts,
        cumulated.purchases * placed.contacted_share as purchases,
        -- What is not known of all of them is not known.
        case
            when cumulated.measured_customers = placed.reached_customers
                then cumulated.incrementals * placed.contacted_share
        end as incrementals,
        placed.contact_count * placed.contacted_share * placed.cost_per_contact as cost
    from placed
    inner join cumulated
        on
            placed.campaign_id = cumulated.campaign_id
            and placed.reached_customers = cumulated.place
),

-- Where no experiment has measured what a contact adds, only the cost is known:
-- purchases that come anyway say nothing for a choice.
judged as (
    select
        *,
        incrementals * value_per_conversion - cost as expected_profit,
        case
            when max(incrementals) over (partition by campaign_id) is null
                then -cost
            else incrementals * value_per_conversion - cost
        end as worth
    from valued
),

dominated as (
    select distinct
        worse.campaign_id,
        worse.frequency_cap,
        worse.product_count
    from judged as worse
    inner join judged as better
        on
            worse.campaign_id = better.campaign_id
            and worse.reached_customers <= better.reached_customers
            and worse.reached_products <= better.reached_products
            and worse.worth <= better.worth
            and (
                worse.reached_customers < better.reached_customers
                or worse.reached_products < better.reached_products
                or worse.worth < better.worth
            )
),

final as (
    select
        cast(judged.campaign_id as {{ dbt.type_string() }}) as campaign_id,
        cast(
            row_number() over (
                partition by judged.campaign_id
                order by
                    judged.product_count desc,
                    coalesce(judged.frequency_cap, judged.product_count) asc
            ) as bigint
        ) as point_number,
        cast(judged.frequency_cap as bigint) as frequency_cap,
        cast(judged.product_count as bigint) as product_count,
        judged.is_current,
        judged.worth is not null
        and dominated.campaign_id is null as is_efficient,
        cast(round(judged.contacts) as bigint) as contact_count,
        cast(round(judged.reached_customers * judged.contacted_share) as bigint)
            as reached_customer_count,
        cast(
            round(judged.reached_products / cast(judged.all_products as double), 9)
            as double
        ) as product_coverage,
        cast(round(judged.purchases, 6) as double) as expected_purchases_anyway,
        cast(round(judged.incrementals, 6) as double) as expected_purchases_added,
        cast(round(judged.cost, 6) as double) as cost,
        cast(round(judged.incrementals * judged.value_per_conversion, 6) as double)
            as expected_revenue_added,
        cast(round(judged.expected_profit, 6) as double) as expected_profit
    from judged
    left join dominated
        on
            judged.campaign_id = dominated.campaign_id
            and judged.product_count = dominated.product_count
            and coalesce(judged.frequency_cap, 0) = coalesce(dominated.frequency_cap, 0)
)

select * from final
