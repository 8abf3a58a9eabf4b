{# The files that a path or pattern means, by name. Stops where there is none. #}
{% macro find_files(path) %}
    {# As shells do: a hidden file only where it is asked for. #}
    {% set files = [] %}
    {% for file in matching_files(path) %}
        {% if path.split('/')[-1].startswith('.') or not file.split('/')[-1].startswith('.') %}
            {% do files.append(file) %}
        {% endif %}
    {% endfor %}
    {% for file in files if target.type == 'spark' and file.split('/')[-1].startswith('_') %}
        {{ exceptions.raise_compiler_error(
            file ~ ' begins with _, and Spark passes over such files: rename it.'
        ) }}
    {% endfor %}
    {% if not files %}
        {{ exceptions.raise_compiler_error(
            'No log at ' ~ path ~ ': expected a CSV or Parquet file, or a pattern such as '
            ~ 'folder/*.csv. Give its path as `make build LOG=...` or as the variable `log`.'
        ) }}
    {% endif %}
    {{ return(files) }}
{% endmacro %}


{#
    Of each file `file`, `byte_count` and `modified_at`; what it holds is not read. A file of
    these seconds may be written once more without another size or time: it has no time, and
    counts as changed in the next run.
#}
{% macro stamp_files(files) %}
    {% set stamps = [] %}
    {% for row in run_query(
        'select filename, size, case when last_modified < now() - interval 2 second'
        ~ " then cast(epoch_us(last_modified) as varchar) else '' end from read_blob("
        ~ file_list(files) ~ ') order by filename'
    ).rows %}
        {% do stamps.append({
            'file': row[0], 'byte_count': row[1] | int, 'modified_at': row[2]
        }) %}
    {% endfor %}
    {{ return(stamps) }}
{% endmacro %}


{#
    Files of the log that this run and those before it have read, none before the first run:
    of each the stamps, and `batch`, the run that read it.
#}
{% macro noted_log_files() %}
    {{ return(adapter.dispatch('noted_log_files')()) }}
{% endmacro %}


{% macro default__noted_log_files() %}
    {% set files = [] %}
    {% if is_noted('log_files') %}
        {% for row in run_query(
            'select file, byte_count, modified_at, batch from ' ~ target.schema
            ~ '.log_files order by batch, file'
        ).rows %}
            {% do files.append({
                'file': row[0], 'byte_count': row[1] | int, 'modified_at': row[2],
                'batch': row[3] | int,
            }) %}
        {% endfor %}
    {% endif %}
    {{ return(files) }}
{% endmacro %}


{# Every run reads all of them. #}
{% macro spark__noted_log_files() %}
    {{ return([]) }}
{% endmacro %}


{% macro note_log_files(files, batch) %}
    {% do run_query(
        'create table if not exists ' ~ target.schema ~ '.log_files'
        ~ ' (file varchar, byte_count bigint, modified_at varchar, batch bigint)'
    ) %}
    {% set rows = [] %}
    {% for file in files %}
        {% do rows.append(
            '(' ~ text_literal(file.file) ~ ', ' ~ file.byte_count ~ ', '
            ~ text_literal(file.modified_at) ~ ', ' ~ batch ~ ')'
        ) %}
    {% endfor %}
    {% if rows %}
        {% do run_query(
            'insert into ' ~ target.schema ~ '.log_files values ' ~ rows | join(', ')
        ) %}
    {% endif %}
{% endmacro %}
