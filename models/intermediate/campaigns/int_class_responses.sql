{#
    How many customers of each class buy within the response window, without a contact being
    the reason: the probability is that of the earlier windows, drawn towards the mean of the
    campaign; the last window checks it. Of a log with one window, that one teaches it.
#}
with windows as (
    select * from {{ ref('int_response_windows') }}
),

every_window as (
    select * from {{ ref('int_campaign_classes') }}
),

classes as (
    select * from every_window
    where window_number > 0
),

buyers as (
    select * from {{ ref('int_campaign_buyers') }}
),

window_counts as (
    select
        campaign_id,
        count(*) as window_count
    from windows
    group by campaign_id
),

outcomes as (
    select
        classes.campaign_id,
        classes.score_class,
        classes.history_class,
        buyers.customer_id is not null as is_buyer,
        classes.window_number > 1 or window_counts.window_count = 1 as is_taught
    from classes
    inner join window_counts on classes.campaign_id = window_counts.campaign_id
    inner join windows
        on
            classes.campaign_id = windows.campaign_id
            and classes.window_number = windows.window_number
    left join buyers
        on
            windows.campaign_id = buyers.campaign_id
            and windows.origin = buyers.origin
            and classes.customer_id = buyers.customer_id
),

counted as (
    select
        campaign_id,
        score_class,
        history_class,
        count(case when is_taught then 1 end) as taught_customers,
        count(case when is_taught and is_buyer then 1 end) as taught_buyers,
        count(case when not is_taught then 1 end) as checked_customers,
        count(case when not is_taught and is_buyer then 1 end) as checked_buyers
    from outcomes
    group by campaign_id, score_class, history_class
),

-- A variance above 0 even if none bought (Agresti and Coull 1998,
-- doi:10.1080/00031305.1998.10480550).
rates as (
    select
        *,
        {{ share('taught_buyers', 'taught_customers') }} as estimate,
        (cast(taught_buyers as double) + 2) / (taught_customers + 4)
        * (1 - (cast(taught_buyers as double) + 2) / (taught_customers + 4))
        / (taught_customers + 4) as variance
    from counted
    where taught_customers > 0
),

{{ partial_pooling('rates', 'campaign_id') }},

score_classes as (
    select distinct
        campaign_id,
        score_class
    from every_window
),

history_classes as (
    {% for history_class in [
        '1 interaction', '2 to 4 interactions', '5 or more interactions'
    ] %}
    select '{{ history_class }}' as history_class
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

-- A class that no past window had is expected to be like the others.
means as (
    select distinct
        campaign_id,
        mean,
        1.959963984540054 * sqrt(mean_variance + variance_between) as half_width
    from pooled
),

every_class as (
    select
        means.campaign_id,
        score_classes.score_class,
        history_classes.history_class,
        means.mean,
        means.half_width
    from means
    inner join score_classes on means.campaign_id = score_classes.campaign_id
    cross join history_classes
),

final as (
    select
        every_class.campaign_id,
        every_class.score_class,
        every_class.history_class,
        coalesce(pooled.taught_customers, 0) as taught_customers,
        coalesce(pooled.taught_buyers, 0) as taught_buyers,
        coalesce(counted.checked_customers, 0) as checked_customers,
        coalesce(counted.checked_buyers, 0) as checked_buyers,
        coalesce(pooled.pooled, every_class.mean) as purchase_probability,
        greatest(
            coalesce(pooled.pooled_low, every_class.mean - every_class.half_width), 0
        ) as purchase_probability_low,
        least(
            coalesce(pooled.pooled_high, every_class.mean + every_class.half_width), 1
        ) as purchase_probability_high
    from every_class
    left join counted
        on
            every_class.campaign_id = counted.campaign_id
            and every_class.score_class = counted.score_class
            and every_class.history_class = counted.history_class
    left join pooled
        on
            every_class.campaign_id = pooled.campaign_id
            and every_class.score_class = pooled.score_class
            and every_class.history_class = pooled.history_class
)

select * from final
