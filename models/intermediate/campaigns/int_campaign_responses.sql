with windows as (
    select * from {{ ref('int_response_windows') }}
),

buyers as (
    select * from {{ ref('int_campaign_buyers') }}
),

cumulated as (
    select
        populations.campaign_id,
        windows.window_number,
        populations.place,
        count(buyers.customer_id) over (
            partition by populations.campaign_id, windows.window_number
            order by populations.place
            rows between unbounded preceding and current row
        ) as responders
    from {{ ref('int_campaign_populations') }} as populations
    inner join windows
        on
            populations.campaign_id = windows.campaign_id
            and populations.origin = windows.origin
    left join buyers
        on
            populations.campaign_id = buyers.campaign_id
            and populations.origin = buyers.origin
            and populations.customer_id = buyers.customer_id
),

populations as (
    select
        campaign_id,
        window_number,
        max(place) as customer_count,
        max(responders) as all_responders
    from cumulated
    group by campaign_id, window_number
),

round_sizes as (
    {% for size in round_sizes(10, 1000000000) %}
    select cast({{ size }} as bigint) as audience_size
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

-- Those of the last window: round numbers, and all customers.
sizes as (
    select
        populations.campaign_id,
        round_sizes.audience_size
    from populations
    inner join round_sizes on populations.customer_count > round_sizes.audience_size
    where populations.window_number = 1
    union all
    select
        campaign_id,
        customer_count as audience_size
    from populations
    where window_number = 1
),

final as (
    select
        populations.campaign_id,
        populations.window_number,
        sizes.audience_size,
        cast(cumulated.responders as bigint) as responders,
        populations.customer_count,
        cast(populations.all_responders as bigint) as all_responders
    from sizes
    inner join populations on sizes.campaign_id = populations.campaign_id
    inner join cumulated
        on
            populations.campaign_id = cumulated.campaign_id
            and populations.window_number = cumulated.window_number
            and sizes.audience_size = cumulated.place
)

select * from final
