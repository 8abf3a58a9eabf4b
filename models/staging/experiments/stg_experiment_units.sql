{% set input = describe_input('experiment_units') %}
{% set numbers = experiment_metrics() + ['covariate'] %}
{{
    config(
        materialized='table',
        post_hook="{{ insert_unreadable_lines(describe_input('experiment_units')) }}",
    )
}}

-- depends_on: {{ source('raw', 'experiment_units') }}
with experiment_units as (
    {{ read_input(input) }}
),

renamed as (
    select
        {% for name in input.wanted %}
        {{ input_value(input, name) }} as raw_{{ name }},
        {% endfor %}
        _input_file as input_file,
        _row_in_input as row_in_input
    from experiment_units
),

parsed as (
    select
        *,
        {% for name in numbers %}
        try_cast(
            {{ plain_number('raw_' ~ name, input.settings) }} as double
        ) as {{ name }},
        {% endfor %}
        {{ one_line('raw_experiment_id') }} as experiment_id,
        {{ one_line('raw_unit_id') }} as unit_id,
        lower({{ one_line('raw_arm') }}) as arm
    from renamed
),

judged as (
    select
        *,
        case
            {% for name in ['experiment_id', 'unit_id', 'arm'] %}
            when {{ name }} is null
                then {{ defect('raw_' ~ name, name, 'unreadable') }}
            {% endfor %}
            {% for name in numbers %}
            -- Infinite, or not a number, which sorts after all numbers.
            when abs({{ name }}) >= 1e300
                then {{ defect('raw_' ~ name, name, 'unparseable') }}
            when {{ name }} is null and coalesce({{ trimmed('raw_' ~ name) }}, '') <> ''
                then {{ defect('raw_' ~ name, name, 'unparseable') }}
            {% endfor %}
            when conversion not in (0, 1)
                then {{ defect('raw_conversion', 'conversion', 'unparseable') }}
        end as reason
    from parsed
),

final as (
    select
        {{ judged_input_columns(input, input.wanted) }},
        {% for name in numbers %}
        {{ name }},
        {% endfor %}
        experiment_id,
        unit_id,
        arm
    from judged
)

select * from final
