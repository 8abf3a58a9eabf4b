{#
    A setting that is a date or a UTC time, as a UTC time. Without one, a day after the run
    began, because clocks differ.

    Args:
        time_of_day: what stands for a date.
#}
{% macro setting_time(value, time_of_day) %}
    {% set tomorrow = run_started_at + modules.datetime.timedelta(days=1) %}
    {% set text = value or tomorrow.strftime('%Y-%m-%d %H:%M:%S') %}
    {% set text = modules.re.sub('\\s*(Z|UTC|[+-]00:?00)$', '', text | string | trim) %}
    {{ return(text[:10] ~ ' ' ~ (text[11:] or time_of_day)) }}
{% endmacro %}
