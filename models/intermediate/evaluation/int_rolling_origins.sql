{#
    The last origin is the split itself, and its late side is the rest of the log. The
    others lie before it, in steps of an eighth of the early interactions. Each late side ends
    where the next one begins, so that no interaction confirms a ranking twice.
#}
{% set eighths = [5, 6, 7, 8] %}

with interactions as (
    select * from {{ ref('int_interactions') }}
),

quantiles as (
    select
    {% for eighth in eighths %}
        {{ time_quantile(
            (var('split_quantile') * eighth / 8) | round(9), 'event_at'
        ) }} as quantile_{{ eighth }}
        {{- ',' if not loop.last }}
    {% endfor %}
    from interactions
),

origins as (
    {% for eighth in eighths %}
    select
        {{ loop.index }} as origin,
        quantile_{{ eighth }} as split_at,
        {% if loop.last %}
        cast(null as timestamp) as late_until_at,
        {% else %}
        quantile_{{ eighth + 1 }} as late_until_at,
        {% endif %}
        {{ loop.last | lower }} as is_split
    from quantiles
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

final as (
    select
        cast(origin as bigint) as origin,
        split_at,
        late_until_at,
        is_split
    from origins
    -- A log without interactions has no origin.
    where split_at is not null
)

select * from final
