{% set input = describe_input('contacts') %}
{% set settings = input_settings('contacts') %}
{{
    config(
        materialized='table',
        post_hook="{{ insert_unreadable_lines(describe_input('contacts')) }}",
    )
}}

-- depends_on: {{ source('raw', 'contacts') }}
with contacts as (
    {{ read_input(input) }}
),

renamed as (
    select
        _input_file as input_file,
        _row_in_input as row_in_input,
        {% for name in input.wanted %}
        {{ input_value(input, name) }} as raw_{{ name }},
        {% endfor %}
        cast(null as {{ dbt.type_string() }}) as experiment_id,
        cast(null as {{ dbt.type_string() }}) as experiment_arm,
        'contact' as arm,
        false as is_exported,
        cast(null as {{ dbt.type_string() }}) as placed_by,
        cast(null as double) as placement_probability,
        cast(null as {{ dbt.type_string() }}) as history_class,
        cast(null as {{ dbt.type_string() }}) as score_class
    from contacts
),

-- Exports of campaigns (scripts/campaigns/export.py).
exported as (
    {{ kept_rows('exports/*/ledger', {
        'customer_id': dbt.type_string(),
        'product_id': dbt.type_string(),
        'campaign_id': dbt.type_string(),
        'contacted_on': 'date',
        'cost': 'double',
        'arm': dbt.type_string(),
        'experiment_id': dbt.type_string(),
        'experiment_arm': dbt.type_string(),
        'channel': dbt.type_string(),
        'placed_by': dbt.type_string(),
        'placement_probability': 'double',
        'history_class': dbt.type_string(),
        'score_class': dbt.type_string(),
    }, optional=[
        'channel', 'placed_by', 'placement_probability', 'history_class', 'score_class'
    ]) }}
),

parsed as (
    select
        input_file,
        row_in_input,
        raw_customer_id,
        raw_product_id,
        raw_contacted_at,
        raw_cost,
        {{ parse_id('raw_customer_id') }} as customer_id,
        {{ parse_id('raw_product_id') }} as product_id,
        {{ one_line('raw_campaign_id') }} as campaign_id,
        {% for time_format in settings.time_formats %}
        {{ parse_time('raw_contacted_at', time_format) }} as time_{{ loop.index }},
        {% endfor %}
        {{ parse_number('raw_cost', settings) }} as cost,
        lower({{ one_line('raw_channel') }}) as channel,
        experiment_id,
        experiment_arm,
        arm,
        is_exported,
        placed_by,
        placement_probability,
        history_class,
        score_class
    from renamed
    union all
    select
        'exports' as input_file,
        cast(null as bigint) as row_in_input,
        customer_id as raw_customer_id,
        product_id as raw_product_id,
        cast(contacted_on as {{ dbt.type_string() }}) as raw_contacted_at,
        cast(cost as {{ dbt.type_string() }}) as raw_cost,
        {{ parse_id('customer_id') }} as customer_id,
        {{ parse_id('product_id') }} as product_id,
        campaign_id,
        {% for _ in settings.time_formats %}
        cast(contacted_on as timestamp) as time_{{ loop.index }},
        {% endfor %}
        cost,
        channel,
        experiment_id,
        experiment_arm,
        arm,
        true as is_exported,
        placed_by,
        placement_probability,
        history_class,
        score_class
    from exported
    -- Others were exported from another log.
    where {{ parse_id('customer_id') }} is not null
),

timed as (
    select
        *,
        case
            when is_exported then time_1
            else {{ utc_time('raw_contacted_at', settings) }}
        end as contacted_at
    from parsed
),

judged as (
    select
        *,
        case
            when customer_id is null
                then {{ defect('raw_customer_id', 'customer_id', 'uncastable') }}
            when product_id is null and not {{ is_missing('raw_product_id') }}
                then {{ defect('raw_product_id', 'product_id', 'uncastable') }}
            {{ time_defects(
                'contacted_at', 'raw_contacted_at', 'contacted_at', settings
            ) }}
        end as reason,
        -- The customer was contacted, whatever it cost.
        case
            when cost is null and coalesce({{ trimmed('raw_cost') }}, '') <> ''
                then {{ defect('raw_cost', 'cost', 'unparseable') }}
        end as cost_flaw
    from timed
),

final as (
    select
        {{ judged_input_columns(
            input, ['customer_id', 'product_id', 'contacted_at', 'cost'], 'cost_flaw'
        ) }},
        customer_id,
        product_id,
        campaign_id,
        case
            when
                is_exported
                or contacted_at
                between {{ settings.earliest }} and {{ settings.latest }}
                then contacted_at
        end as contacted_at,
        cost,
        channel,
        experiment_id,
        experiment_arm,
        arm,
        is_exported,
        placed_by,
        placement_probability,
        history_class,
        score_class
    from judged
)

select * from final
