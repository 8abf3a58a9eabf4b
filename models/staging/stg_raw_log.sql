{% set log = describe_input('log') %}

-- depends_on: {{ source('raw', 'log') }}
with log as (
    {{ read_input(log) }}
),

renamed as (
    select
        _input_file as input_file,
        _row_in_input as row_in_input,
        {% for name in log.wanted %}
        {{ input_value(log, name) }} as {{ name }},
        {% endfor %}
        -- It may end in a comment.
        coalesce(
            (
                {{ var('row_filter') }}
            ), false
        ) as is_wanted
    from log
)

select * from renamed
