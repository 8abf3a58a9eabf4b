{#
    What held-out customers and all others bought in each month of the global holdout, and in
    each period up to the end of the month. Only customers who were known before the span
    count: afterwards a contact could have brought them.
#}
with periods as (
    select * from {{ ref('int_holdout_periods') }}
),

log_window as (
    select * from {{ ref('int_log_window') }}
),

customer_totals as (
    select * from {{ ref('int_customer_totals') }}
),

interactions as (
    select * from {{ ref('int_interactions') }}
    where event = 'purchased'
),

contacts as (
    select distinct
        customer_id,
        cast(contacted_at as date) as contacted_on
    from {{ ref('stg_contacts') }}
    where outcome = 'accepted' and arm = 'contact'
),

numbered as (
    select
        period_from,
        {{ each_number(1, var('global_holdout_months')) }} as month_number
    from periods
),

months as (
    select
        numbered.period_from,
        {% for column, number in {
            'month_from': 'numbered.month_number - 1', 'next_from': 'numbered.month_number',
        }.items() %}
        cast(
            numbered.period_from + interval '1' month * ({{ number }}) as date
        ) as {{ column }},
        {% endfor %}
        cast(log_window.last_interaction_at as date) as last_on
    from numbered
    cross join log_window
),

spans as (
    {% for span in ['month', 'period so far'] %}
    select
        period_from,
        {{ 'month_from' if span == 'month' else 'period_from' }} as from_on,
        next_from,
        '{{ span }}' as span,
        last_on
    from months
    where month_from <= last_on
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

-- With those who have opted out: contacts make some opt out, and without them the
-- others would seem to buy more.
customers as (
    select
        periods.period_from,
        customer_totals.customer_id,
        customer_totals.first_interaction_at,
        {{ is_held_out('periods.period_from', 'customer_totals.customer_id') }}
            as is_held_out
    from periods
    cross join customer_totals
),

population as (
    select
        spans.period_from,
        spans.next_from,
        spans.span,
        count(case when customers.is_held_out then 1 end) as held_out_customers,
        count(case when not customers.is_held_out then 1 end) as contactable_customers
    from spans
    inner join customers
        on
            spans.period_from = customers.period_from
            and spans.from_on > customers.first_interaction_at
    group by spans.period_from, spans.next_from, spans.span
),

purchase_counts as (
    select
        spans.period_from,
        spans.from_on,
        spans.next_from,
        spans.span,
        interactions.customer_id,
        count(*) as purchase_count
    from spans
    inner join interactions
        on
            spans.from_on <= interactions.event_at
            and spans.next_from > interactions.event_at
    group by
        spans.period_from, spans.from_on, spans.next_from, spans.span,
        interactions.customer_id
),

purchases as (
    select
        purchase_counts.period_from,
        purchase_counts.next_from,
        purchase_counts.span,
        customers.is_held_out,
        count(*) as buyers,
        sum(purchase_counts.purchase_count) as purchases,
        sum(purchase_counts.purchase_count * purchase_counts.purchase_count) as squares
    from purchase_counts
    inner join customers
        on
            purchase_counts.period_from = customers.period_from
            and purchase_counts.customer_id = customers.customer_id
            and purchase_counts.from_on > customers.first_interaction_at
    group by
        purchase_counts.period_from, purchase_counts.next_from, purchase_counts.span,
        customers.is_held_out
),

contacted as (
    select
        spans.period_from,
        spans.next_from,
        spans.span,
        count(distinct customers.customer_id) as contacted_held_out_customers
    from spans
    inner join contacts
        on
            spans.from_on <= contacts.contacted_on
            and spans.next_from > contacts.contacted_on
    inner join customers
        on
            spans.period_from = customers.period_from
            and contacts.customer_id = customers.customer_id
            and customers.is_held_out
            and spans.from_on > customers.first_interaction_at
    group by spans.period_from, spans.next_from, spans.span
),

final as (
    select
        spans.period_from,
        spans.from_on,
        cast(spans.next_from - interval '1' day as date) as until_on,
        spans.span,
        -- The log reaches the last day.
        spans.last_on >= cast(spans.next_from - interval '1' day as date)
            as is_complete,
        coalesce(population.held_out_customers, 0) as held_out_customers,
        coalesce(population.contactable_customers, 0) as contactable_customers,
        {% for arm in ['held_out', 'contactable'] %}
        {% for figure in ['buyers', 'purchases', 'squares'] %}
        cast(coalesce({{ arm }}.{{ figure }}, 0) as bigint) as {{ arm }}_{{ figure }},
        {% endfor %}
        {% endfor %}
        coalesce(contacted.contacted_held_out_customers, 0)
            as contacted_held_out_customers
    from spans
    {% for found in ['population', 'contacted'] %}
    left join {{ found }}
        on
            spans.period_from = {{ found }}.period_from
            and spans.next_from = {{ found }}.next_from
            and spans.span = {{ found }}.span
    {% endfor %}
    {% for arm, condition in {
        'held_out': 'held_out.is_held_out', 'contactable': 'not contactable.is_held_out',
    }.items() %}
    left join purchases as {{ arm }}
        on
            spans.period_from = {{ arm }}.period_from
            and spans.next_from = {{ arm }}.next_from
            and spans.span = {{ arm }}.span
            and {{ condition }}
    {% endfor %}
)

select * from final
