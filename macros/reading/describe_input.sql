{#
    Looks at an input before it is read: its files, their format and their columns.
    scripts/build/input_columns.py checks all that before dbt starts, and says in a sentence
    what is wrong; dbt by hand goes on to an error of the engine.

    Args:
        name: log, or another table of _staging__sources.yml.

    Returns:
        A dictionary with `name`; `settings` (see input_settings); `wanted`, our names of its
        columns with whether each is optional; `files`; `format` (csv, parquet, or none where
        there is no such input); `file_columns`, the columns of its files with their types
        (CSV is text); `path_columns`, see path_columns; `columns`, both;
        `header_lines`, the lines of a file before its first row; `skipped_lines`, those of
        them above the header (see the macro of this name); and `is_read`: false where a
        run continues from the last one and none of the log's files is new.
#}
{% macro describe_input(name) %}
    {% set settings, new_files = input_settings(name), var('new_log_files') %}
    {% set input = {
        'name': name, 'settings': settings, 'wanted': {}, 'files': [], 'format': 'none',
        'columns': {}, 'file_columns': {}, 'path_columns': {}, 'header_lines': 0,
        'skipped_lines': [0, 0],
        'is_read': name != 'log' or new_files is none or new_files | length > 0,
    } %}
    {% if not execute %}{{ return(input) }}{% endif %}

    {% set source = graph.sources['source.' ~ project_name ~ '.raw.' ~ name] %}
    {% for column in source.columns.values() if not column.meta.get('only_if_named')
        or column.name in settings.amounts %}
        {% do input.wanted.update({column.name: column.meta.get('optional', false)}) %}
    {% endfor %}
    {% if settings.path is none %}{{ return(input) }}{% endif %}

    {% set files = (new_files if name == 'log') or find_files(settings.path) %}
    {% do input.update({'files': files}) %}
    {% if files[0].endswith('.parquet') %}
        {% set columns = parquet_columns(settings.path, files) %}
        {% do input.update({'format': 'parquet'}) %}
    {% else %}
        {# All files must have the same header, because values are read by position. #}
        {% set fields = csv_first_row(files[0], settings) %}
        {% for file in files[1:] if settings.has_header
            and csv_first_row(file, settings, fields | length + 1) not in [[], fields] %}
            {{ exceptions.raise_compiler_error(
                file ~ ' has another header than ' ~ files[0] ~ '.'
            ) }}
        {% endfor %}
        {% if target.type == 'spark' and settings.skip_lines %}
            {{ exceptions.raise_compiler_error(
                'skip_lines: Spark cannot pass over lines above the header of ' ~ files[0]
                ~ ': remove them.'
            ) }}
        {% endif %}
        {% if target.type == 'spark' and fields and fields[0].startswith('sep=') %}
            {{ exceptions.raise_compiler_error(
                files[0] ~ ' begins with the line sep= of Excel, which Spark cannot pass over:'
                ~ ' remove it.'
            ) }}
        {% endif %}
        {# Without a header, or a name in it: column1, column2 ... #}
        {% set columns, seen = {}, [] %}
        {% for field in fields %}
            {% set name = (field if settings.has_header) or 'column' ~ loop.index %}
            {% set name = name ~ '_' ~ loop.index if name | lower in seen else name %}
            {% do seen.append(name | lower) %}
            {% do columns.update({name: 'VARCHAR'}) %}
        {% endfor %}
        {% set skipped = skipped_lines(files[0], settings) %}
        {% do input.update({
            'format': 'csv', 'skipped_lines': skipped,
            'header_lines': skipped[0] + (1 if settings.has_header else 0),
        }) %}
    {% endif %}

    {% set added = path_columns(input, columns) %}
    {% do input.update({
        'file_columns': columns, 'path_columns': added, 'columns': columns.copy(),
    }) %}
    {% for name, column in added.items() if name not in columns %}
        {% do input.columns.update({name: column.type}) %}
    {% endfor %}
    {{ return(input) }}
{% endmacro %}
