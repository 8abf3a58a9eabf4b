{#
    Looks at the raw log before it is read: which files there are, in which format, and which
    columns they have. Returns a dictionary with `files`, `format` (csv or parquet) and
    `columns` (name: type; a CSV file is read as text). Stops with one sentence where there
    is no such log or its files do not fit together.
#}
{% macro describe_log() %}
    {{ return(adapter.dispatch('describe_log')()) }}
{% endmacro %}


{% macro default__describe_log() %}
    {% set path = var('log') %}
    {% if not execute %}
        {{ return({'files': [path], 'format': 'parquet', 'columns': {}}) }}
    {% endif %}

    {% set found = run_query(
        "select file from glob(" ~ dbt.string_literal(dbt.escape_single_quotes(path))
        ~ ") order by file"
    ) %}
    {# As shells do: a hidden file only where it is asked for. #}
    {% set files = [] %}
    {% for file in found.columns[0].values() %}
        {% if path.split('/')[-1].startswith('.') or not file.split('/')[-1].startswith('.') %}
            {% do files.append(file) %}
        {% endif %}
    {% endfor %}
    {% if not files %}
        {{ exceptions.raise_compiler_error(
            'No log at ' ~ path ~ ': expected a CSV or Parquet file, or a pattern such as '
            ~ 'folder/*.csv. Give its path as `make build LOG=...` or as the variable `log`.'
        ) }}
    {% endif %}

    {% set formats = [] %}
    {% for file in files %}
        {% set format = 'parquet' if file.endswith('.parquet') else 'csv' %}
        {% if format not in formats %}{% do formats.append(format) %}{% endif %}
    {% endfor %}
    {% if formats | length > 1 %}
        {{ exceptions.raise_compiler_error(
            path ~ ' matches both CSV and Parquet files (' ~ files[0] ~ ', ' ~ files[-1]
            ~ '): expected one format. Narrow the pattern.'
        ) }}
    {% endif %}

    {% set columns = {} %}
    {% if formats[0] == 'parquet' %}
        {% set described = run_query(
            'describe select * from read_parquet(' ~ file_list(files) ~ ', union_by_name = true)'
        ) %}
        {% for column in described.rows %}
            {% do columns.update({column[0]: column[1]}) %}
        {% endfor %}
    {% else %}
        {% for name in csv_columns(files) %}
            {% do columns.update({name: 'VARCHAR'}) %}
        {% endfor %}
    {% endif %}
    {% for name in columns if name | lower in ['_log_file', '_row_in_log', 'file_row_number'] %}
        {{ exceptions.raise_compiler_error(
            files[0] ~ ' has a column ' ~ name ~ ', a name that reading needs for itself:'
            ~ ' rename it in the log.'
        ) }}
    {% endfor %}
    {{ return({'files': files, 'format': formats[0], 'columns': columns}) }}
{% endmacro %}


{# The column names of CSV files, all of which must have the same header. #}
{% macro csv_columns(files) %}
    {% set first = csv_first_line(files[0]) %}
    {% if first is none %}
        {{ exceptions.raise_compiler_error(
            files[0] ~ ' is empty or begins with an empty line: expected '
            ~ ('a header and ' if var('has_header') else '') ~ 'one row per interaction.'
        ) }}
    {% endif %}
    {% if first.count('"') % 2 %}
        {{ exceptions.raise_compiler_error(
            files[0] ~ ' begins with a line that opens a quote and does not close it: expected'
            ~ ' the names of the columns on one line. Rename the column, or remove the quote.'
        ) }}
    {% endif %}
    {% set fields = split_csv_line(first) %}
    {% if not var('has_header') %}
        {% set names = [] %}
        {% for field in fields %}{% do names.append('column' ~ loop.index) %}{% endfor %}
        {{ return(names) }}
    {% endif %}
    {% for file in files[1:] %}
        {% set other = csv_first_line(file) %}
        {% if other is not none and split_csv_line(other) != fields %}
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


{% macro csv_first_line(file) %}
    {% set lines = run_query(
        'select line from ' ~ read_lines([file]) ~ ' limit 1'
    ) %}
    {{ return(lines.rows[0][0] if lines.rows else none) }}
{% endmacro %}


{# Fields of a line, quotes taken off: `a,"b,c"` gives ['a', 'b,c']. #}
{% macro split_csv_line(line) %}
    {% set delimiter = modules.re.escape(var('delimiter')) %}
    {% set pattern = '("(?:[^"]|"")*"|(?:(?!' ~ delimiter ~ ').)*)' ~ delimiter %}
    {% set fields = [] %}
    {% for field in modules.re.findall(pattern, line ~ var('delimiter')) %}
        {% set field = field | trim %}
        {% if field.startswith('"') and field.endswith('"') and field | length > 1 %}
            {% set field = field[1:-1].replace('""', '"') %}
        {% endif %}
        {% do fields.append(field) %}
    {% endfor %}
    {{ return(fields) }}
{% endmacro %}


{# Paths as a SQL list; what would make a pattern of a path is taken literally. #}
{% macro file_list(files) %}
    {% set quoted = [] %}
    {% for file in files %}
        {% set literal = modules.re.sub('([*?[])', '[\\1]', file) %}
        {% do quoted.append(dbt.string_literal(dbt.escape_single_quotes(literal))) %}
    {% endfor %}
    {{ return('[' ~ quoted | join(', ') ~ ']') }}
{% endmacro %}
