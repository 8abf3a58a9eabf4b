{# The setting earliest_event as a SQL timestamp; a date stands for its beginning. #}
{% macro earliest_event() %}
    {{ return("timestamp '" ~ setting_time(var('earliest_event'), '00:00:00') ~ "'") }}
{% endmacro %}


{#
    The setting latest_event as a SQL timestamp; a date stands for its end. Without it, one day
    after the run began, because clocks differ.
#}
{% macro latest_event() %}
    {% set time = setting_time(var('latest_event') or tomorrow(), '23:59:59.999999') %}
    {{ return("timestamp '" ~ time ~ "'") }}
{% endmacro %}


{#
    The earliest time of a contact. The settings may cut the log at both ends, and its contacts
    count still.
#}
{% macro earliest_contact() %}
    {{ return("least(timestamp '1990-01-01 00:00:00', " ~ earliest_event() ~ ')') }}
{% endmacro %}


{# The latest time of a contact, which may be planned for the year to come. #}
{% macro latest_contact() %}
    {% set latest = "greatest(timestamp '" ~ tomorrow() ~ "', " ~ latest_event() ~ ')' %}
    {{ return(days_later(365, latest)) }}
{% endmacro %}


{# One day after the run began, in UTC. #}
{% macro tomorrow() %}
    {% set time = run_started_at + modules.datetime.timedelta(days=1) %}
    {{ return(time.strftime('%Y-%m-%d %H:%M:%S')) }}
{% endmacro %}


{#
    A setting that is a date or a UTC time, as a UTC time.

    Args:
        time_of_day: what stands for a date.
#}
{% macro setting_time(value, time_of_day) %}
    {% set text = modules.re.sub('\\s*(Z|UTC|[+-]00:?00)$', '', value | string | trim) %}
    {{ return(text[:10] ~ ' ' ~ (text[11:] or time_of_day)) }}
{% endmacro %}
