with blocks as (
    select * from {{ ref('int_targeting_blocks') }}
),

evaluation_window as (
    select * from {{ ref('int_evaluation_window') }}
),

populations as (
    select
        origin,
        sum(customer_count) as customer_count,
        sum(interaction_count) as interaction_count,
        sum(purchased_count) as purchased_count
    from blocks
    where ranking = 'random'
    group by origin
),

round_sizes as (
    {% for size in round_sizes(10, 1000000000) %}
    select cast({{ size }} as bigint) as audience_size
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

tenths as (
    select {{ each_number(1, 10) }} as decile
),

sizes as (
    select
        populations.origin,
        cast(ceil(populations.customer_count * tenths.decile / 10.0) as bigint)
            as audience_size,
        tenths.decile
    from populations
    cross join tenths
    union all
    select
        populations.origin,
        round_sizes.audience_size,
        cast(null as bigint) as decile
    from populations
    inner join round_sizes
        on populations.customer_count > round_sizes.audience_size
),

-- In a small population a round number may be a tenth too.
distinct_sizes as (
    select
        origin,
        audience_size,
        max(decile) as decile
    from sizes
    group by origin, audience_size
),

-- Customers who tie in a ranking count with their mean.
reached as (
    select
        blocks.origin,
        blocks.ranking_kind,
        blocks.ranking,
        distinct_sizes.audience_size,
        distinct_sizes.decile,
        blocks.interactions_above
        + cast(blocks.interaction_count as double)
        * (distinct_sizes.audience_size - blocks.customers_above)
        / blocks.customer_count as interaction_responders,
        blocks.purchases_above
        + cast(blocks.purchased_count as double)
        * (distinct_sizes.audience_size - blocks.customers_above)
        / blocks.customer_count as purchased_responders
    from blocks
    inner join distinct_sizes
        on
            blocks.origin = distinct_sizes.origin
            and blocks.customers_above < distinct_sizes.audience_size
            and blocks.customers_above + blocks.customer_count
            >= distinct_sizes.audience_size
),

by_outcome as (
    {% for outcome in ['interaction', 'purchased'] %}
    select
        reached.origin,
        reached.ranking_kind,
        reached.ranking,
        '{{ outcome }}' as outcome,
        reached.audience_size,
        reached.decile,
        populations.customer_count,
        reached.{{ outcome }}_responders as responders,
        populations.{{ outcome }}_count as all_responders
    from reached
    inner join populations on reached.origin = populations.origin
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

typed as (
    select
        cast(origin as bigint) as origin,
        cast(ranking_kind as {{ dbt.type_string() }}) as ranking_kind,
        cast(ranking as {{ dbt.type_string() }}) as ranking,
        cast(outcome as {{ dbt.type_string() }}) as outcome,
        cast(audience_size as bigint) as audience_size,
        cast(decile as bigint) as decile,
        cast(customer_count as bigint) as customer_count,
        cast(responders as double) as responders,
        {{ share('responders', 'audience_size') }} as response_rate,
        {{ wilson_interval('low', 'responders', 'audience_size') }}
            as response_rate_low,
        {{ wilson_interval('high', 'responders', 'audience_size') }}
            as response_rate_high,
        {{ share('all_responders', 'customer_count') }} as random_response_rate,
        cast(
            {{ share('responders', 'audience_size') }}
            / nullif({{ share('all_responders', 'customer_count') }}, 0) as double
        ) as lift,
        cast(
            {{ wilson_interval('low', 'responders', 'audience_size') }}
            / nullif({{ share('all_responders', 'customer_count') }}, 0) as double
        ) as lift_low,
        cast(
            {{ wilson_interval('high', 'responders', 'audience_size') }}
            / nullif({{ share('all_responders', 'customer_count') }}, 0) as double
        ) as lift_high,
        {{ share('responders', 'all_responders') }} as cumulative_gain
    from by_outcome
),

final as (
    select
        typed.*,
        evaluation_window.measured_until
    from typed
    cross join evaluation_window
)

select * from final
