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
    {% do check_number('bootstrap_replicates', 100, 100000, whole=true) %}
    {% do check_choice('evaluation_period', [none, 'week', 'month']) %}
    {% do check_choice('exclude', ['any', 'purchased', 'none']) %}
    {% do check_choice('id_type', ['integer', 'text']) %}
    {% do check_choice('encoding', ['utf-8', 'utf-16', 'latin-1']) %}
    {% do check_choice('has_header', [true, false]) %}
    {% do check_choice('with_examples', [true, false]) %}
    {% for name, definitions in score_definitions().items() %}
        {% do check_choice(name, definitions) %}
    {% endfor %}
    {% do as_of_literal() %}

    {% for name in ['columns', 'expressions', 'event_aliases', 'event_weights'] %}
        {% if var(name) is not mapping %}
            {{ stop_for_setting(name, var(name), 'a mapping of names, such as {name: value}') }}
        {% endif %}
    {% endfor %}
    {% for name in ['columns', 'expressions'] %}
        {% for column in var(name) if column not in input_columns('log') %}
            {{ stop_for_setting(
                name, column, 'one of the columns ' ~ input_columns('log') | join(', ')
            ) }}
        {% endfor %}
    {% endfor %}
    {% do check_events('event_weights') %}
    {% do check_events('event_aliases') %}
    {% for event, weight in var('event_weights').items() %}
        {% if weight is not number or weight is boolean
            or (weight != 0 and not 0.000001 <= weight <= 1000000) %}
            {{ stop_for_setting(
                'event_weights', event ~ ': ' ~ weight, '0 or a number from 0.000001 to 1000000'
            ) }}
        {% endif %}
    {% endfor %}
    {% for name in ['log', 'row_filter', 'delimiter'] %}
        {% if var(name) is not string or not var(name) %}
            {{ stop_for_setting(name, var(name), 'some text') }}
        {% endif %}
    {% endfor %}
    {% if var('delimiter') | length > 4 or modules.re.search('["\\r\\n]', var('delimiter')) %}
        {{ stop_for_setting(
            'delimiter', var('delimiter'), 'one to four characters, no quote and no line end'
        ) }}
    {% endif %}
    {% do check_time_format('time_format', var('time_format')) %}
    {% for name in side_inputs() %}{% do check_side_input(name) %}{% endfor %}
{% endmacro %}


{% macro known_settings() %}
    {{ return([
        'log', 'columns', 'expressions', 'row_filter', 'delimiter', 'has_header', 'encoding',
        'time_format', 'id_type', 'event_aliases', 'event_weights', 'max_reject_share',
        'top_n', 'exclude', 'as_of', 'recency_days', 'score_weights', 'frequency_days',
        'score_scale', 'split_quantile', 'evaluation_period', 'bootstrap_replicates', 'with_examples',
        'new_log_files', 'log_batch',
    ] + side_inputs()) }}
{% endmacro %}


{# The setting of a table beside the log: null, a path, or a dictionary that has one. #}
{% macro check_side_input(name) %}
    {% set given = var(name) %}
    {% if given is none or (given is string and given) %}{{ return('') }}{% endif %}
    {% if given is not mapping or given.get('path') is not string %}
        {{ stop_for_setting(
            name, given, 'a path such as folder/*.csv, or {path: ..., columns: {...}}'
        ) }}
    {% endif %}
    {% for key in given if key not in input_settings(name) %}
        {{ stop_for_setting(name ~ '.' ~ key, given[key], 'one of path, columns, expressions,'
            ~ ' delimiter, has_header, encoding, time_format') }}
    {% endfor %}
    {% set settings = input_settings(name) %}
    {% for key in ['columns', 'expressions'] %}
        {% if settings[key] is not mapping %}
            {{ stop_for_setting(name ~ '.' ~ key, settings[key], 'a mapping {name: value}') }}
        {% endif %}
        {% for column in settings[key] if column not in input_columns(name) %}
            {{ stop_for_setting(
                name ~ '.' ~ key, column, 'one of ' ~ input_columns(name) | join(', ')
            ) }}
        {% endfor %}
    {% endfor %}
    {% if settings.delimiter is not string or not 1 <= settings.delimiter | length <= 4 %}
        {{ stop_for_setting(name ~ '.delimiter', settings.delimiter, 'one to four characters') }}
    {% endif %}
    {% if settings.has_header not in [true, false] %}
        {{ stop_for_setting(name ~ '.has_header', settings.has_header, 'true or false') }}
    {% endif %}
    {% if settings.encoding not in ['utf-8', 'utf-16', 'latin-1'] %}
        {{ stop_for_setting(
            name ~ '.encoding', settings.encoding, 'one of utf-8, utf-16, latin-1'
        ) }}
    {% endif %}
    {% do check_time_format(name ~ '.time_format', settings.time_format) %}
{% endmacro %}


{% macro check_time_format(name, value) %}
    {% if value not in ['iso', 'epoch_s', 'epoch_ms'] and '%' not in value | string %}
        {{ stop_for_setting(
            name, value, 'iso, epoch_s, epoch_ms or a strptime pattern such as %d/%m/%Y %H:%M'
        ) }}
    {% endif %}
{% endmacro %}


{% macro check_number(name, low, high, whole=false) %}
    {% set value = var(name) %}
    {% if value is not number or value is boolean or not low <= value <= high
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


{# Events are named, and none of them twice: Cart and cart are one. #}
{% macro check_events(name) %}
    {% set seen = {} %}
    {% for event, value in var(name).items() %}
        {% for text in ([event, value] if name == 'event_aliases' else [event]) %}
            {% if text is none or not event_name(text) %}
                {{ stop_for_setting(name, event ~ ': ' ~ value, 'the names of events') }}
            {% endif %}
        {% endfor %}
        {% if event_name(event) in seen %}
            {{ stop_for_setting(
                name, seen[event_name(event)] ~ ' and ' ~ event,
                'each event once (blanks and case do not matter)'
            ) }}
        {% endif %}
        {% do seen.update({event_name(event): event}) %}
    {% endfor %}
{% endmacro %}


{% macro stop_for_setting(name, value, expected) %}
    {{ exceptions.raise_compiler_error(
        'Setting ' ~ name ~ ' = ' ~ value ~ ': expected ' ~ expected
        ~ '. Correct it in the mapping file or in --vars.'
    ) }}
{% endmacro %}


{# Gone with this file: the sources list the tables next to the log and their columns. #}
{% macro side_inputs() %}
    {{ return([
        'customer_attributes', 'product_attributes', 'suppressions', 'contacts',
        'experiment_units',
    ]) }}
{% endmacro %}


{% macro input_columns(name) %}
    {{ return(graph.sources['source.' ~ project_name ~ '.raw.' ~ name].columns | list) }}
{% endmacro %}
