{#
    Looks at an input before it is read: which files there are, in which format, and which
    columns they have. Stops with one sentence where there is no such file or they do not fit
    together.

    Args:
        name: log, or one of side_inputs().

    Returns:
        A dictionary with `name`, `settings` (see input_settings), `files`, `format` (csv,
        parquet, or none where there is no such input), `columns` (name: type; a CSV file
        is read as text) and `is_read`: of the log, a run reads the files that are new; where
        none is, `files` holds one that shows the columns.
#}
{% macro describe_input(name) %}
    {% set settings = input_settings(name) %}
    {% set input = {
        'name': name, 'settings': settings, 'files': [], 'format': 'none', 'columns': {},
        'is_read': true,
    } %}
    {% if settings.path is not none %}
        {% do input.update(describe_files(input)) %}
    {% endif %}
    {{ return(input) }}
{% endmacro %}


{% macro describe_files(input) %}
    {% set settings, path = input.settings, input.settings.path %}
    {% if not execute %}
        {{ return({'files': [path], 'format': 'parquet', 'columns': {}}) }}
    {% endif %}

    {% set noted = noted_log_files() if input.name == 'log' else [] %}
    {% set files, is_read = [], true %}
    {% if noted %}
        {% set newest = noted | map(attribute='batch') | max %}
        {% set is_read = newest == batch_number() %}
        {% for file in noted if file.batch == newest %}{% do files.append(file.file) %}{% endfor %}
    {% else %}
        {% do files.extend(find_files(path)) %}
    {% endif %}

    {% set format = file_format(path, noted | map(attribute='file') | list or files) %}
    {% set columns = {} %}
    {% if format == 'parquet' %}
        {% set columns = parquet_columns(path, files) %}
    {% else %}
        {# New files must have the header of those before. #}
        {% set first = noted | map(attribute='file') | sort | list | first %}
        {% for name in csv_columns(([first] if noted else []) + files, settings) %}
            {% do columns.update({name: 'VARCHAR'}) %}
        {% endfor %}
    {% endif %}
    {% for name in columns
        if name | lower in [
            '_input_file', '_row_in_input', '_unreadable', 'file_row_number',
        ] %}
        {{ exceptions.raise_compiler_error(
            files[0] ~ ' has a column ' ~ name ~ ', a name that reading needs for itself:'
            ~ ' rename it there.'
        ) }}
    {% endfor %}
    {{ return({
        'files': files, 'format': format, 'columns': columns, 'is_read': is_read
    }) }}
{% endmacro %}


{# parquet or csv: what all of the files are. #}
{% macro file_format(path, files) %}
    {% set parquet, csv = [], [] %}
    {% for file in files %}
        {% do (parquet if file.endswith('.parquet') else csv).append(file) %}
    {% endfor %}
    {% if parquet and csv %}
        {{ exceptions.raise_compiler_error(
            path ~ ' matches both CSV and Parquet files (' ~ csv[0] ~ ', ' ~ parquet[0]
            ~ '): expected one format. Narrow the pattern.'
        ) }}
    {% endif %}
    {{ return('parquet' if parquet else 'csv') }}
{% endmacro %}


{# The column names of CSV files, all of which must have the same header. #}
{% macro csv_columns(files, settings) %}
    {% set first = csv_first_line(files[0], settings) %}
    {% if first is none %}
        {{ exceptions.raise_compiler_error(
            files[0] ~ ' is empty or begins with an empty line: expected '
            ~ ('a header and ' if settings.has_header else '') ~ 'one row per line.'
        ) }}
    {% endif %}
    {% if first.count('"') % 2 %}
        {{ exceptions.raise_compiler_error(
            files[0] ~ ' begins with a line that opens a quote and does not close it: expected'
            ~ ' the names of the columns on one line. Rename the column, or remove the quote.'
        ) }}
    {% endif %}
    {% set fields = split_csv_line(first, settings.delimiter) %}
    {% if not settings.has_header %}
        {% set names = [] %}
        {% for field in fields %}{% do names.append('column' ~ loop.index) %}{% endfor %}
        {{ return(names) }}
    {% endif %}
    {% for file in files[1:] %}
        {% set other = csv_first_line(file, settings) %}
        {% if other is not none and split_csv_line(other, settings.delimiter) != fields %}
            {{ exceptions.raise_compiler_error(
                file ~ ' has the header ' ~ other | truncate(200) ~ ', expected '
                ~ first | truncate(200) ~ ' as in ' ~ files[0]
                ~ '. Build such files apart, or give them the same columns.'
            ) }}
        {% endif %}
    {% endfor %}
    {% set names = [] %}
    {% set seen = [] %}
    {% for field in fields %}
        {% set name = field or 'column' ~ loop.index %}
        {% set name = name ~ '_' ~ loop.index if name | lower in seen else name %}
        {% do seen.append(name | lower) %}
        {% do names.append(name) %}
    {% endfor %}
    {{ return(names) }}
{% endmacro %}


{% macro csv_first_line(file, settings) %}
    {% set lines = run_query(
        'select line from ' ~ read_lines(literal_path(file), [file], settings.encoding)
        ~ ' limit 1'
    ) %}
    {{ return(lines.rows[0][0] if lines.rows else none) }}
{% endmacro %}


{# Fields of a line, quotes taken off: `a,"b,c"` gives ['a', 'b,c']. #}
{% macro split_csv_line(line, delimiter) %}
    {% set escaped = modules.re.escape(delimiter) %}
    {% set pattern = '("(?:[^"]|"")*"|(?:(?!' ~ escaped ~ ').)*)' ~ escaped %}
    {% set fields = [] %}
    {% for field in modules.re.findall(pattern, line ~ delimiter) %}
        {% set field = field | trim %}
        {% if field.startswith('"') and field.endswith('"') and field | length > 1 %}
            {% set field = field[1:-1].replace('""', '"') %}
        {% endif %}
        {% do fields.append(field) %}
    {% endfor %}
    {{ return(fields) }}
{% endmacro %}
