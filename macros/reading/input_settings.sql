{#
    How an input is written: its `path` (none where there is no such input), `columns`,
    `expressions`, `delimiter`, `has_header`, `escape`, `skip_lines`, `comment`, `encoding`,
    `time_format` and `time_zone`. The log has a variable for each; a side input has one
    variable, a path or a dictionary of these; both have the marks of their numbers. `earliest`
    and `latest` are the SQL of the times that it may have; `amounts` are the columns named in
    the settings that say what a row is worth.
#}
{% macro input_settings(name) %}
    {# A date stands for its beginning as the first day, and for its end as the last. #}
    {% set earliest = "timestamp '" ~ setting_time(var('earliest_event'), '00:00:00') ~ "'" %}
    {% set latest = setting_time(var('latest_event'), '23:59:59.999999') %}
    {% set latest = "timestamp '" ~ latest ~ "'" %}
    {% if name == 'log' %}
        {% set settings = {
            'path': var('log'),
            'columns': var('columns'),
            'expressions': var('expressions'),
            'delimiter': var('delimiter'),
            'has_header': var('has_header'),
            'escape': var('escape'),
            'skip_lines': var('skip_lines'),
            'comment': var('comment'),
            'encoding': var('encoding'),
            'time_format': var('time_format'),
            'time_zone': var('time_zone'),
            'decimal_mark': var('decimal_mark'),
            'thousands_mark': var('thousands_mark'),
            'earliest': earliest,
            'latest': latest,
        } %}
    {% else %}
        {# The settings may cut the log at both ends, and its contacts count still; a contact
           may be planned for the year to come. Without a value setting_time is tomorrow. #}
        {% set tomorrow = setting_time(none, '') %}
        {% set last = "greatest(timestamp '" ~ tomorrow ~ "', " ~ latest ~ ')' %}
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
            'earliest': "least(timestamp '1990-01-01 00:00:00', " ~ earliest ~ ')',
            'latest': 'cast(' ~ last ~ " as timestamp) + interval '1' day * 365",
        } %}
        {% set given = var(name) %}
        {% do settings.update(given if given is mapping else {'path': given}) %}
    {% endif %}
    {% set amounts = [] %}
    {% for column in ['amount', 'price', 'quantity']
        if column in settings.columns or column in settings.expressions %}
        {% do amounts.append(column) %}
    {% endfor %}
    {% do settings.update({'amounts': amounts}) %}
    {% set given = settings.time_format %}
    {% do settings.update({'time_formats': [given] if given is string else given}) %}
    {# In YAML without quotes, `\t` is two characters and means a tab. #}
    {% do settings.update({'delimiter': settings.delimiter.replace('\\t', '\t')}) %}
    {% if target.type == 'spark' %}
        {% set encoding = {'latin-1': 'iso-8859-1'}.get(settings.encoding, settings.encoding) %}
        {% do settings.update({'encoding': encoding | upper}) %}
    {% endif %}
    {{ return(settings) }}
{% endmacro %}
