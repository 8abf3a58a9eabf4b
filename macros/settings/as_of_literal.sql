{#
    The variable as_of as a SQL timestamp; a date means the end of that day, so that its
    interactions count. None where the variable is not set.
#}
{% macro as_of_literal() %}
    {% set value = var('as_of') %}
    {% if value is none %}{{ return(none) }}{% endif %}
    {% set text = modules.re.sub('\\s*(Z|UTC|[+-]00:?00)$', '', value | string | trim) %}
    {% set found = modules.re.fullmatch(
        '(\\d{4})-(\\d{2})-(\\d{2})([ T]([01]\\d|2[0-3]):[0-5]\\d(:[0-5]\\d(\\.\\d{1,6})?)?)?', text
    ) %}
    {% if not found or not is_date(found[1] | int, found[2] | int, found[3] | int) %}
        {{ stop_for_setting(
            'as_of', value, 'a date (2023-03-31) or a UTC time (2023-03-31 12:00:00)'
        ) }}
    {% endif %}
    {% set time = text[11:] or '23:59:59.999999' %}
    {{ return("timestamp '" ~ text[:10] ~ ' ' ~ time ~ "'") }}
{% endmacro %}


{# Whether the calendar has that day. #}
{% macro is_date(year, month, day) %}
    {% if year < 1 or year > 9998 or month < 1 or month > 12 %}{{ return(false) }}{% endif %}
    {% set next_month = modules.datetime.date(year + month // 12, month % 12 + 1, 1) %}
    {% set last_day = next_month - modules.datetime.timedelta(days=1) %}
    {{ return(1 <= day <= last_day.day) }}
{% endmacro %}
