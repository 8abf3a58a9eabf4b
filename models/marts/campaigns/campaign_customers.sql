with placements as (
    select * from {{ ref('int_campaign_placements') }}
),

campaigns as (
    select * from {{ ref('stg_campaigns') }}
    where is_active
),

customers as (
    select
        *,
        greatest(
            {{ for_each_feature('{feature}_contribution') }}
        ) as largest_contribution
    from {{ ref('customers') }}
),

log_window as (
    select * from {{ ref('int_log_window') }}
),

population as (
    select count(*) as customer_count
    from customers
),

signals as (
    select * from {{ ref('int_campaign_signals') }}
),

place_counts as (
    select
        placements.campaign_id,
        placements.customer_id,
        count(*) as audience_count,
        count(signals.ranking) as signal_count,
        max(signals.ranking) as signal_ranking
    from placements
    left join signals
        on
            placements.campaign_id = signals.campaign_id
            and placements.product_id = signals.product_id
            and placements.customer_id = signals.customer_id
    group by placements.campaign_id, placements.customer_id
),

-- Without exports: an export counts those of the contact ledger itself.
external_counts as (
    select
        campaign_id,
        customer_id,
        count(*) as external_contact_count
    from {{ ref('int_campaign_contacts') }}
    where not is_exported
    group by campaign_id, customer_id
),

campaign_order as (
    select * from {{ ref('int_campaign_order') }}
),

described as (
    select
        place_counts.campaign_id,
        place_counts.customer_id,
        place_counts.audience_count,
        coalesce(external_counts.external_contact_count, 0) as external_contact_count,
        customers.engagement_rank,
        customers.customer_rank,
        campaign_order.placed_by,
        campaign_order.placement_probability,
        campaign_order.history_class,
        case
            when
                {{ hash_number(
                    "place_counts.campaign_id || ':' || cast(place_counts.customer_id as "
                    ~ dbt.type_string() ~ ")"
                ) }} < campaigns.holdout_share * 268435456
                then 'holdout'
            else 'contact'
        end as arm,
        'Number ' || {{ whole_number_text('customers.customer_rank') }}
        || ' of ' || {{ whole_number_text('population.customer_count') }}
        || case customers.customer_ranking
            {% for ranking in rankings() if ranking.ranks == 'customers' %}
            when {{ text_literal(ranking.name) }}
                then {{ text_literal(' by ' ~ ranking.label) }}
            {% endfor %}
        end || ': '
        || {{ counted('customers.total_interactions', 'interaction') }} || ' with '
        || {{ counted('customers.unique_products', 'product') }} || ', last seen '
        || {{ counted(dbt.datediff(
            'customers.last_interaction_at', 'log_window.as_of_at', 'day'
        ), 'day') }}
        || ' before ' || cast(
            cast(log_window.as_of_at as date) as {{ dbt.type_string() }}
        ) || '.'
        || case
            when customers.customer_ranking <> 'engagement' then ''
            {% for feature in rankings() if feature.ranks == 'feature' %}
            when
                customers.largest_contribution
                = customers.{{ feature.name }}_contribution
                then {{ text_literal(' What counts most: ' ~ feature.label ~ '.') }}
            {% endfor %}
        end
        || case
            when campaign_order.placed_by = customers.customer_ranking then ''
            {% for ranking in rankings() if ranking.ranks == 'customers' %}
            when campaign_order.placed_by = {{ text_literal(ranking.name) }}
                then
                    {{ text_literal(' Placed by ' ~ ranking.label ~ ' to try it.') }}
            {% endfor %}
        end
        || case place_counts.signal_ranking
            {% for ranking in rankings() if ranking.ranks == 'products' %}
            when {{ text_literal(ranking.name) }}
                then
                    ' Has a signal for '
                    || {{ counted('place_counts.signal_count', 'product') }}
                    || {{ text_literal(' (' ~ ranking.label ~ ').') }}
            {% endfor %}
            else ''
        end
        || coalesce(
            ' Has the event ' || campaigns.required_event || ' on the product.', ''
        ) as explanation
    from place_counts
    inner join campaigns on place_counts.campaign_id = campaigns.campaign_id
    inner join customers on place_counts.customer_id = customers.customer_id
    inner join campaign_order
        on
            place_counts.campaign_id = campaign_order.campaign_id
            and place_counts.customer_id = campaign_order.customer_id
    left join external_counts
        on
            place_counts.campaign_id = external_counts.campaign_id
            and place_counts.customer_id = external_counts.customer_id
    cross join population
    cross join log_window
),

final as (
    select
        cast(campaign_id as {{ dbt.type_string() }}) as campaign_id,
        cast(customer_id as {{ id_type() }}) as customer_id,
        cast(engagement_rank as bigint) as engagement_rank,
        cast(arm as {{ dbt.type_string() }}) as arm,
        cast(audience_count as bigint) as audience_count,
        cast(external_contact_count as bigint) as external_contact_count,
        cast(customer_rank as bigint) as customer_rank,
        cast(explanation as {{ dbt.type_string() }}) as explanation,
        cast(placed_by as {{ dbt.type_string() }}) as placed_by,
        cast(placement_probability as double) as placement_probability,
        cast(history_class as {{ dbt.type_string() }}) as history_class
    from described
)

select * from final
