{{ config(materialized='view', meta={'compared_by': 'content'}) }}

{% set period = var('evaluation_period') %}

with log_window as (
    select * from {{ ref('int_log_window') }}
),

final as (
    select
        {% if period %}
        -- The last microsecond of a day ends a week or a month that is whole.
        {{ dbt.date_trunc(period, "as_of_at + interval '1' microsecond") }}
        {% else %}
        as_of_at
        {% endif %}
            as evaluated_until_at
    from log_window
)

select * from final
