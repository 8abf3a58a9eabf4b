{#
    The last origin is the split itself, and its late side is the rest of the log. The
    others lie before it, at half and at three quarters of the early interactions. Each late
    side ends where the next one begins, so that no interaction confirms a ranking twice.
#}
{% set quarters = [2, 3, 4] %}

with interactions as (
    select * from {{ ref('int_interactions') }}
),

quantiles as (
    select
    {% for quarter in quarters %}
        {{ time_quantile(
            (var('split_quantile') * quarter / 4) | round(9), 'event_at'
        ) }} as quantile_{{ quarter }},
        {{ time_quantile(
            (var('split_quantile') * quarter / 400) | round(9), 'event_at'
        ) }} as beginning_{{ quarter }}
        {{- ',' if not loop.last }}
    {% endfor %}
    from interactions
),

origins as (
    {% for quarter in quarters %}
    select
        {{ loop.index }} as origin,
        beginning_{{ quarter }} as begins_at,
        quantile_{{ quarter }} as split_at,
        {% if loop.last %}
        cast(null as timestamp) as late_until_at,
        {% else %}
        quantile_{{ quarter + 1 }} as late_until_at,
        {% endif %}
        {{ loop.last | lower }} as is_split
    from quantiles
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

final as (
    select
        cast(origin as bigint) as origin,
        -- Without the first hundredth, which may be stray times.
        begins_at,
        split_at,
        late_until_at,
        is_split
    from origins
    -- A log without interactions has no origin.
    where split_at is not null
)

select * from final
