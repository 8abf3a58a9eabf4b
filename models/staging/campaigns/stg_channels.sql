{# A value that is not valid becomes null; assert_channels_are_valid names it. #}
with channels as (
    select * from {{ ref('channels') }}
),

typed as (
    select
        {% for column in ['frequency_cap', 'cap_days', 'minimum_gap_days'] %}
        {{ seed_value(column, 'bigint') }} as {{ column }},
        {% endfor %}
        lower(trim(channel)) as channel,
        nullif(lower(replace(quiet_weekdays, ' ', '')), '') as quiet_weekdays
    from channels
)

select * from typed
