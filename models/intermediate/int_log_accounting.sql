-- depends_on: {{ ref('int_automated_customers') }}
{% set has_amounts = input_settings('log').amounts != [] %}

with outcomes as (
    select * from {{ ref('stg_row_outcomes') }}
),

interactions as (
    select * from {{ ref('stg_interactions') }}
),

row_outcomes as (
    select
        outcome,
        reason,
        sum(row_count) as row_count
    from outcomes
    group by outcome, reason
),

totals as (
    select
        coalesce(sum(case when outcome = 'accepted' then row_count end), 0)
            as usable_row_count,
        coalesce(sum(case when outcome = 'filtered' then row_count end), 0)
            as filtered_row_count
    from row_outcomes
),

{% if var('automated') == 'exclude' %}
automated_customers as (
    select * from {{ ref('int_automated_customers') }}
),

interaction_counts as (
    select
        count(*) as interaction_count,
        count(automated_customers.customer_id) as automated_count,
        count(
            case
                when
                    interactions.has_unreadable_amount
                    and automated_customers.customer_id is null
                    then 1
            end
        ) as unreadable_count
    from interactions
    left join automated_customers
        on interactions.customer_id = automated_customers.customer_id
),
{% else %}
interaction_counts as (
    select
        0 as automated_count,
        count(*) as interaction_count,
        {% if has_amounts %}
        count(case when has_unreadable_amount then 1 end) as unreadable_count
        {% else %}
        0 as unreadable_count
        {% endif %}
    from interactions
),
{% endif %}

reject_reasons as (
    {% for reason in reject_reasons() %}
    select '{{ reason }}' as reason
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

accounted as (
    select
        'accepted' as outcome,
        'usable' as reason,
        interaction_count - automated_count - unreadable_count as row_count
    from interaction_counts
    {% if has_amounts %}
    union all
    select
        'accepted' as outcome,
        'unparseable amount' as reason,
        unreadable_count as row_count
    from interaction_counts
    {% endif %}
    {% if var('automated') == 'exclude' %}
    union all
    select
        'automated' as outcome,
        'usable, but of an automated customer' as reason,
        automated_count as row_count
    from interaction_counts
    {% endif %}
    union all
    select
        'duplicate' as outcome,
        'usable, but written before' as reason,
        totals.usable_row_count - interaction_counts.interaction_count as row_count
    from totals
    cross join interaction_counts
    union all
    select
        'filtered' as outcome,
        'set aside by the row filter' as reason,
        filtered_row_count as row_count
    from totals
    union all
    select
        'rejected' as outcome,
        reject_reasons.reason,
        coalesce(row_outcomes.row_count, 0) as row_count
    from reject_reasons
    left join row_outcomes on reject_reasons.reason = row_outcomes.reason
)

select * from accounted
