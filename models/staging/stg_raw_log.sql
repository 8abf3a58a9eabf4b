{% set log = describe_log() %}

with log as (
    {{ read_log(log) }}
),

renamed as (
    select
        _log_file as log_file,
        _row_in_log as row_in_log,
        {% for name in log_columns() %}
        {{ log_value(log, name) }} as {{ name }},
        {% endfor %}
        coalesce(({{ var('row_filter') }}), false) as is_wanted
    from log
)

select * from renamed
