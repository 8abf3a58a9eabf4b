{#
    The files that a path or pattern means, in the order of their names. Stops where there is
    none.

    Returns:
        Per file a dictionary with `file`, `byte_count` and `modified_at`.
#}
{% macro find_files(path) %}
    {{ return(adapter.dispatch('find_files')(path)) }}
{% endmacro %}


{% macro default__find_files(path) %}
    {# What a file holds is not read for it. #}
    {% set found = run_query(
        'select filename, size, cast(epoch_us(last_modified) as varchar) from read_blob('
        ~ dbt.string_literal(dbt.escape_single_quotes(path)) ~ ') order by filename'
    ) if run_query(
        'select 1 from glob(' ~ dbt.string_literal(dbt.escape_single_quotes(path)) ~ ') limit 1'
    ).rows else none %}
    {# As shells do: a hidden file only where it is asked for. #}
    {% set files = [] %}
    {% for row in found.rows if found is not none and (
        path.split('/')[-1].startswith('.') or not row[0].split('/')[-1].startswith('.')
    ) %}
        {% do files.append({
            'file': row[0], 'byte_count': row[1] | int, 'modified_at': row[2]
        }) %}
    {% endfor %}
    {% if not files %}
        {{ exceptions.raise_compiler_error(
            'No log at ' ~ path ~ ': expected a CSV or Parquet file, or a pattern such as '
            ~ 'folder/*.csv. Give its path as `make build LOG=...` or as the variable `log`.'
        ) }}
    {% endif %}
    {{ return(files) }}
{% endmacro %}


{# Files of the log that this run and those before it have read; none where none has run. #}
{% macro noted_log_files() %}
    {% set noted = run_query(
        "select 1 from information_schema.tables where table_name = 'log_files'"
        ~ " and table_schema = '" ~ target.schema ~ "'"
    ) %}
    {% set files = [] %}
    {% if noted.rows %}
        {% for row in run_query(
            'select file, batch from ' ~ target.schema ~ '.log_files order by batch, file'
        ).rows %}
            {% do files.append({'file': row[0], 'batch': row[1] | int}) %}
        {% endfor %}
    {% endif %}
    {{ return(files) }}
{% endmacro %}


{% macro note_log_files(files, batch) %}
    {% do run_query(
        'create table if not exists ' ~ target.schema ~ '.log_files'
        ~ ' (file varchar, byte_count bigint, modified_at varchar, batch bigint)'
    ) %}
    {% for file in files %}
        {% do run_query(
            'insert into ' ~ target.schema ~ '.log_files values ('
            ~ dbt.string_literal(dbt.escape_single_quotes(file.file)) ~ ', '
            ~ file.byte_count ~ ", '" ~ file.modified_at ~ "', " ~ batch ~ ')'
        ) %}
    {% endfor %}
{% endmacro %}
