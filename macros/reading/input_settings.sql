{#
    How an input is written: its `path` (none where there is no such input), `columns`,
    `expressions`, `delimiter`, `has_header`, `escape`, `skip_lines`, `comment`, `encoding`,
    `time_format` and `time_zone`. The log has a variable for each; a side input has one
    variable, a path or a dictionary of these, and of the marks of its numbers. `earliest` and
    `latest` are the SQL of the times that it may have.
#}
{% macro input_settings(name) %}
    {% if name == 'log' %}
        {{ return({
            'path': var('log'),
            'columns': var('columns'),
            'expressions': var('expressions'),
            'delimiter': written_delimiter(var('delimiter')),
            'has_header': var('has_header'),
            'escape': var('escape'),
            'skip_lines': var('skip_lines'),
            'comment': var('comment'),
            'encoding': var('encoding'),
            'time_format': var('time_format'),
            'time_zone': var('time_zone'),
            'earliest': earliest_event(),
            'latest': latest_event(),
        }) }}
    {% endif %}
    {% set settings = {
        'path': none,
        'columns': {},
        'expressions': {},
        'delimiter': ',',
        'has_header': true,
        'escape': '"',
        'skip_lines': 0,
        'comment': none,
        'decimal_mark': '.',
        'thousands_mark': '',
        'encoding': 'utf-8',
        'time_format': 'iso',
        'time_zone': 'UTC',
        'earliest': earliest_contact(),
        'latest': latest_contact(),
    } %}
    {% set given = var(name) %}
    {% do settings.update(given if given is mapping else {'path': given}) %}
    {% do settings.update({'delimiter': written_delimiter(settings.delimiter)}) %}
    {{ return(settings) }}
{% endmacro %}


{# A delimiter; in YAML without quotes, `\t` is two characters and means a tab. #}
{% macro written_delimiter(delimiter) %}
    {{ return(delimiter.replace('\\t', '\t')) }}
{% endmacro %}
