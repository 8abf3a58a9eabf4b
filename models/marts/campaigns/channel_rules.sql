with channels as (
    select * from {{ ref('stg_channels') }}
),

final as (
    select
        {% for column, type in channel_columns().items() %}
        cast({{ column }} as {{ type }}) as {{ column }}{{ ',' if not loop.last }}
        {% endfor %}
    from channels
)

select * from final
