{#
    How many customers of each class buy within the response window, without a contact being
    the reason: the probability is that of the earlier windows, drawn towards the mean of the
    campaign; the last window checks it. Of a log with one window, that one teaches it.
#}
with windows as (
    select * from {{ ref('int_response_windows') }}
),

classes as (
    select * from {{ ref('int_campaign_classes') }}
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

counted as (
    select
        classes.campaign_id,
        classes.score_class,
        classes.history_class,
        {% for part, condition in {
            'taught': 'classes.window_number > 1 or window_counts.window_count = 1',
            'checked': 'classes.window_number = 1 and window_counts.window_count > 1',
        }.items() %}
        count(case when {{ condition }} then 1 end) as {{ part }}_customers,
        count(case when {{ condition }} then buyers.customer_id end)
            as {{ part }}_buyers{{ ',' if not loop.last }}
        {% endfor %}
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
    group by classes.campaign_id, classes.score_class, classes.history_class
),

-- Agresti and Coull (1998, doi:10.1080/00031305.1998.10480550): a variance above 0 even if
-- none bought.
rates as (
    select
        *,
        {{ share('taught_buyers', 'taught_customers') }} as estimate,
        (taught_buyers + 2.0) / (taught_customers + 4.0)
        * (1 - (taught_buyers + 2.0) / (taught_customers + 4.0))
        / (taught_customers + 4.0) as variance
    from counted
    where taught_customers > 0
),

{{ partial_pooling('rates', 'campaign_id') }},

final as (
    select
        campaign_id,
        score_class,
        history_class,
        taught_customers,
        taught_buyers,
        checked_customers,
        checked_buyers,
        pooled as purchase_probability,
        greatest(pooled_low, 0) as purchase_probability_low,
        least(pooled_high, 1) as purchase_probability_high
    from pooled
)

select * from final
