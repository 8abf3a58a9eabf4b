with interactions as (
    select * from {{ ref('int_interactions') }}
),

bounds as (
    select
        min(event_at) as first_interaction_at,
        max(event_at) as last_interaction_at,
        {% if var('as_of') is none %}
        max(event_at) as as_of_at
        {% else %}
        {# As in until_as_of: a date stands for its end. #}
        timestamp '{{ setting_time(var('as_of'), '23:59:59.999999') }}' as as_of_at
        {% endif %}
    from interactions
)

select * from bounds
