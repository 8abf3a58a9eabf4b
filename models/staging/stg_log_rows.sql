{% set settings = input_settings('log') %}
{#
    CSV is read once, into a table, because its reader hands over the lines that it cannot
    split only then. Parquet is read in place.
#}
{{
    config(
        materialized='view' if var('log').endswith('.parquet') else 'table',
        post_hook="{{ insert_unreadable_lines(describe_input('log')) }}",
    )
}}

with raw_log as (
    select * from {{ ref('stg_raw_log') }}
),

parsed as (
    select
        input_file,
        row_in_input,
        is_wanted,
        {{ parse_id('customer_id') }} as customer_id,
        {{ parse_id('product_id') }} as product_id,
        {% if var('event_aliases') %}
        case lower({{ one_line('event') }})
            {% for theirs, ours in var('event_aliases').items() %}
            when {{ text_literal(theirs | string | trim | lower) }}
                then {{ text_literal(ours | string | trim | lower) }}
            {% endfor %}
            else lower({{ one_line('event') }})
        end as event,
        {% else %}
        lower({{ one_line('event') }}) as event,
        {% endif %}
        {% for time_format in settings.time_formats %}
        {{ parse_time('event_date', time_format) }} as time_{{ loop.index }},
        {% endfor %}
        nullif({{ trimmed('product_name') }}, '') as product_name,
        row_id,
        {% for name in settings.amounts %}
        -- Only texts have the marks of a country.
        case
            when upper(typeof({{ name }})) in ('VARCHAR', 'STRING')
                then {{ parse_number(name, settings) }}
            else try_cast({{ name }} as double)
        end as {{ name }},
        nullif({{ trimmed(name) }}, '') as raw_{{ name }},
        {% endfor %}
        customer_id as raw_customer_id,
        product_id as raw_product_id,
        event as raw_event,
        event_date as raw_event_date
    from raw_log
),

timed as (
    select
        *,
        {% if settings.amounts %}
        try_cast({{ settings.amounts | join(' * ') }} as decimal(18, 4)) as worth,
        {% endif %}
        {{ utc_time('raw_event_date', settings) }} as event_at
    from parsed
),

judged as (
    select
        *,
        case
            when not is_wanted then null
            when customer_id is null
                then {{ defect('raw_customer_id', 'customer_id', 'uncastable') }}
            when product_id is null
                then {{ defect('raw_product_id', 'product_id', 'uncastable') }}
            when event is null
                then {{ defect('raw_event', 'event', 'missing') }}
            {{ time_defects('event_at', 'raw_event_date', 'event_date', settings) }}
        end as reason
    from timed
),

final as (
    select
        cast(input_file as {{ dbt.type_string() }}) as input_file,
        cast(row_in_input as bigint) as row_in_input,
        cast(null as bigint) as line_number,
        case
            when not is_wanted then 'filtered'
            when reason is null then 'accepted'
            else 'rejected'
        end as outcome,
        reason,
        customer_id,
        product_id,
        event,
        case
            when event_at between {{ settings.earliest }} and {{ settings.latest }}
                then event_at
        end as event_at,
        product_name,
        row_id,
        {% if settings.amounts %}
        -- What was looked at brings nothing; what was returned has an amount below 0.
        case when event = 'purchased' or worth < 0 then worth end as revenue,
        case
            when
                worth is null
                {% for name in settings.amounts %}
                and not {{ is_missing('raw_' ~ name) }}
                {% endfor %}
                then raw_{{ settings.amounts | join(" || ' x ' || raw_") }}
        end as unreadable_amount,
        {% else %}
        cast(null as decimal(18, 4)) as revenue,
        cast(null as {{ dbt.type_string() }}) as unreadable_amount,
        {% endif %}
        case
            when reason is not null
                then {{ json_object({
                    'customer_id': 'raw_customer_id',
                    'product_id': 'raw_product_id',
                    'event': 'raw_event',
                    'event_date': 'cast(raw_event_date as ' ~ dbt.type_string() ~ ')',
                }) }}
        end as original_text
    from judged
)

select * from final
