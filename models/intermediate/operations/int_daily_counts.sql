{# Four weeks, eight weeks and a month: see _operations__models.yml. #}
{% set day_count = 126 %}

with interactions as (
    select * from {{ ref('int_interactions') }}
),

log_window as (
    select * from {{ ref('int_log_window') }}
),

customers as (
    select * from {{ ref('int_customer_totals') }}
),

products as (
    select * from {{ ref('int_product_counts') }}
),

recent as (
    select
        interactions.customer_id,
        interactions.product_id,
        interactions.event,
        cast(floor(extract(hour from interactions.event_at) / 3) as bigint)
            as third_hour,
        {# Whole days: 0 within the 24 hours that end with the reference time. #}
        cast(floor(
            {{ dbt.datediff('interactions.event_at', 'log_window.as_of_at', 'second') }}
            / 86400
        ) as bigint) as day_number
    from interactions
    cross join log_window
    where
        interactions.event_at
        > cast(log_window.as_of_at as timestamp) + interval '1' day * {{ -day_count }}
),

{% for thing in ['customer', 'product'] %}
{{ thing }}_days as (
    select
        {{ thing }}_id,
        day_number
    from recent
    group by {{ thing }}_id, day_number
),

first_{{ thing }}_days as (
    select
        {{ thing }}s.{{ thing }}_id,
        cast(floor(
            {{ dbt.datediff(
                thing ~ 's.first_interaction_at', 'log_window.as_of_at', 'second'
            ) }} / 86400
        ) as bigint) as day_number
    from {{ thing }}s
    cross join log_window
),

seen_{{ thing }}s as (
    select
        {{ thing }}_days.day_number,
        case
            when first_{{ thing }}_days.day_number > {{ thing }}_days.day_number
                then 'known'
            else 'new'
        end as part
    from {{ thing }}_days
    inner join first_{{ thing }}_days
        on {{ thing }}_days.{{ thing }}_id = first_{{ thing }}_days.{{ thing }}_id
),

{% endfor %}
counted as (
    select
        day_number,
        'event mix of the last day' as measure,
        event as part,
        count(*) as part_count
    from recent
    group by day_number, event
    union all
    select
        day_number,
        'hours of the last day' as measure,
        cast(third_hour as {{ dbt.type_string() }}) as part,
        count(*) as part_count
    from recent
    group by day_number, third_hour
    {% for thing in ['customer', 'product'] %}
    union all
    select
        day_number,
        'new {{ thing }}s of the last day' as measure,
        part,
        count(*) as part_count
    from seen_{{ thing }}s
    group by day_number, part
    {% endfor %}
)

select * from counted
