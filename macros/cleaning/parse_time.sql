{#
    A time as a UTC timestamp, or null where the value is none. Text without a zone is UTC.

    Args:
        time_format: how the input writes it: see input_settings.
#}
{% macro parse_time(column, time_format) -%}
    {{ adapter.dispatch('parse_time')(column, time_format) }}
{%- endmacro %}


{% macro default__parse_time(column, time_format) -%}
    {%- if time_format == 'iso' -%}
        case
            when typeof({{ column }}) = 'TIMESTAMP'
                then nullif(
                    nullif(try_cast({{ column }} as timestamp), timestamp 'infinity'),
                    timestamp '-infinity'
                )
            -- Without a zone it is UTC. Not cast as a time with zone: that cast lets a zone
            -- that one row names run on into the next.
            when
                regexp_full_match(
                    {{ trimmed(column) }},
                    '\d{4}-\d{1,2}-\d{1,2}([T ]\d{1,2}:\d{2}(:\d{2}([.,]\d+)?)?)?'
                )
                then try_cast(
                    replace({{ trimmed(column) }}, ',', '.') as timestamp
                )
            -- A cast as a time without zone would drop the offset.
            when
                regexp_full_match(
                    {{ trimmed(column) }},
                    '\d{4}-\d{1,2}-\d{1,2}[T ]\d{1,2}:\d{2}(:\d{2}([.,]\d+)?)?\s*'
                    || '(Z|UTC|GMT|[+-]\d{2}(:?\d{2})?)'
                )
                then timezone('UTC', try_cast(
                    regexp_replace(
                        regexp_replace(
                            regexp_replace(
                                replace({{ trimmed(column) }}, ',', '.'),
                                '\s*(Z|UTC|GMT)$',
                                '+00:00'
                            ),
                            '([T ]\d{1,2}:\d{2})\s*([+-]\d{2}:?(?:\d{2})?)$',
                            '\1:00\2'
                        ),
                        '\s*([+-]\d{2}):?(\d{2})$',
                        '\1:\2'
                    )
                    as timestamptz
                ))
        end
    {%- elif time_format in ['epoch_s', 'epoch_ms'] -%}
        {%- set per_second = 1 if time_format == 'epoch_s' else 1000 -%}
        {#-
            18 digits hold the years 1 to 9999, beyond which make_timestamp fails, in
            microseconds; more digits are computed a hundred times as slowly.
        -#}
        {%- set number -%}
            try_cast({{ column }} as decimal(18, {{ 6 if per_second == 1 else 3 }}))
        {%- endset -%}
        {%- set per_unit = 1000000 // per_second -%}
        case
            when
                {{ number }} >= {{ -62135596800 * per_second }}
                and {{ number }} < {{ 253402300800 * per_second }}
                then make_timestamp(
                    cast(floor({{ number }}) as bigint) * {{ per_unit }}
                    + cast(({{ number }} - floor({{ number }})) * {{ per_unit }} as bigint)
                )
        end
    {%- else -%}
        timezone('UTC', cast(try_strptime(
            {{ trimmed(column) }},
            {{ dbt.string_literal(dbt.escape_single_quotes(time_format)) }}
        ) as timestamptz))
    {%- endif -%}
{%- endmacro %}
