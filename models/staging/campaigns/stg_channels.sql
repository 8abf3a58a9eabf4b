{# A value that is not valid becomes null; assert_channels_are_valid names it. #}
{% set texts = ['channel', 'quiet_weekdays'] %}

with channels as (
    select * from {{ ref('channels') }}
),

typed as (
    select
        {% for column, type in channel_columns().items() if column not in texts %}
        {{ seed_value(column, type) }} as {{ column }},
        {% endfor %}
        lower(trim(channel)) as channel,
        nullif(lower(replace(quiet_weekdays, ' ', '')), '') as quiet_weekdays
    from channels
)

select * from typed
