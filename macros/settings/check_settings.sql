{#
    Stops a run whose variables cannot be meant, before anything is written. Runs at the
    start of every dbt command that runs models or tests.
#}
{% macro check_settings() %}
    {% if not execute %}{{ return('') }}{% endif %}

    {% set given = invocation_args_dict.get('vars', {}) %}
    {% for name in given if name not in known_settings() %}
        {{ stop_for_setting(name, given[name], 'one of ' ~ known_settings() | join(', ')) }}
    {% endfor %}

    {% do check_number('top_n', 1, 1000000, whole=true) %}
    {% do check_number('recency_days', 0.001, 36500) %}
    {% do check_number('split_quantile', 0.001, 0.999) %}
    {% do check_number('max_reject_share', 0, 1) %}
    {% do check_choice('exclude', ['any', 'purchased', 'none']) %}
    {% do check_choice('id_type', ['integer', 'text']) %}
    {% do check_choice('encoding', ['utf-8', 'utf-16', 'latin-1']) %}
    {% do check_choice('has_header', [true, false]) %}
    {% do as_of_literal() %}

    {% for name in ['columns', 'expressions', 'event_aliases', 'event_weights'] %}
        {% if var(name) is not mapping %}
            {{ stop_for_setting(name, var(name), 'a mapping of names, such as {name: value}') }}
        {% endif %}
    {% endfor %}
    {% for name in ['columns', 'expressions'] %}
        {% for column in var(name) if column not in log_columns() %}
            {{ stop_for_setting(
                name, column, 'one of the columns ' ~ log_columns() | join(', ')
            ) }}
        {% endfor %}
    {% endfor %}
    {% for event, weight in var('event_weights').items() %}
        {% if weight is not number or weight is boolean or weight < 0 %}
            {{ stop_for_setting('event_weights', event ~ ': ' ~ weight, 'a number from 0 on') }}
        {% endif %}
    {% endfor %}
    {% set time_format = var('time_format') %}
    {% if time_format not in ['iso', 'epoch_s', 'epoch_ms'] and '%' not in time_format | string %}
        {{ stop_for_setting(
            'time_format', time_format,
            'iso, epoch_s, epoch_ms or a strptime pattern such as %d/%m/%Y %H:%M'
        ) }}
    {% endif %}
{% endmacro %}


{% macro known_settings() %}
    {{ return([
        'log', 'columns', 'expressions', 'row_filter', 'delimiter', 'has_header', 'encoding',
        'time_format', 'id_type', 'event_aliases', 'event_weights', 'max_reject_share',
        'top_n', 'exclude', 'as_of', 'recency_days', 'split_quantile',
    ]) }}
{% endmacro %}


{% macro check_number(name, low, high, whole=false) %}
    {% set value = var(name) %}
    {% if value is not number or value is boolean or value < low or value > high
        or (whole and value is not integer) %}
        {{ stop_for_setting(
            name, value, ('a whole number' if whole else 'a number')
            ~ ' from ' ~ low ~ ' to ' ~ high
        ) }}
    {% endif %}
{% endmacro %}


{% macro check_choice(name, choices) %}
    {% if var(name) not in choices %}
        {{ stop_for_setting(name, var(name), 'one of ' ~ choices | join(', ')) }}
    {% endif %}
{% endmacro %}


{% macro stop_for_setting(name, value, expected) %}
    {{ exceptions.raise_compiler_error(
        'Setting ' ~ name ~ ' = ' ~ value ~ ': expected ' ~ expected
        ~ '. Correct it in the mapping file or in --vars.'
    ) }}
{% endmacro %}


{#
    The variable as_of as a SQL timestamp; a date means the end of that day, so that its
    interactions count. None where the variable is not set.
#}
{% macro as_of_literal() %}
    {% set value = var('as_of') %}
    {% if value is none %}{{ return(none) }}{% endif %}
    {% set text = value | string | trim %}
    {% if modules.re.fullmatch('\d{4}-\d{2}-\d{2}', text) %}
        {{ return("timestamp '" ~ text ~ " 23:59:59.999999'") }}
    {% elif modules.re.fullmatch('\d{4}-\d{2}-\d{2}[ T]\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?', text) %}
        {{ return("timestamp '" ~ text | replace('T', ' ') ~ "'") }}
    {% endif %}
    {{ stop_for_setting('as_of', text, 'a date (2023-03-31) or a UTC time (2023-03-31 12:00:00)') }}
{% endmacro %}
