{#
    At the start of a run: notes which files of the log it reads, and whether it goes on from
    the run before or reads everything. Only what both runs share word for word is gone on
    from: settings, seeds, models, macros, columns, and files that have not changed since. Else
    the tables that grow from run to run are dropped, and made anew.

    What it notes, in the target's own schema:
        last_run: invocation_id, batch (a number of the run), fingerprint, is_whole (whether
            all tables that grow hold what it has read).
        log_files: file, byte_count, modified_at, batch (of the run that read it first).
#}
{% macro begin_run() %}
    {% if is_run() %}{{ adapter.dispatch('begin_run')() }}{% endif %}
{% endmacro %}


{# Hooks are compiled by other commands too, where they must do nothing. #}
{% macro is_run() %}
    {{ return(execute and flags.WHICH in ['run', 'build', 'test', 'seed']) }}
{% endmacro %}


{% macro default__begin_run() %}
    {% set earlier = last_run() %}
    {% if not growing_models() | selectattr('unique_id', 'in', selected_resources) | list %}
        {# Tests, or tables that are made anew by every run, change nothing that grows. #}
        {% do note_run(earlier.batch, earlier.fingerprint, earlier.is_whole) %}
        {{ return('') }}
    {% endif %}

    {% set files = stamp_files(find_files(var('log'))) %}
    {% set noted = noted_log_files() | map(attribute='file') | list %}
    {% do check_new_files(files | map(attribute='file') | list, noted) %}
    {% set fingerprint = run_fingerprint(files | map(attribute='file') | list) %}
    {% set reason = why_not_to_go_on(earlier, fingerprint, files) %}
    {% if reason %}{% do drop_growing_tables() %}{% endif %}
    {% set known = noted_log_files() | map(attribute='file') | list %}
    {% set batch = 1 if reason else earlier.batch + 1 %}
    {% set new_files = files | rejectattr('file', 'in', known) | list %}
    {# A run that adds nothing may be cut off. #}
    {% do note_run(batch, fingerprint, not reason and not new_files) %}
    {% do note_log_files(new_files, batch) %}
    {% if reason %}
        {% do log('Reading the whole log: ' ~ reason ~ '.', info=true) %}
    {% else %}
        {% do log(
            'Going on from the last build: ' ~ new_files | length ~ ' of ' ~ files | length
            ~ ' files of the log are new.', info=true
        ) %}
    {% endif %}
{% endmacro %}


{# Every run reads everything. #}
{% macro spark__begin_run() %}
    {% do run_query(
        'insert overwrite directory ' ~ text_literal(handed_over_folder() ~ '/last_run')
        ~ " using parquet select '" ~ invocation_id ~ "' as invocation_id"
    ) %}
{% endmacro %}


{# Stops at files that cannot be read as the others: nothing that has grown is lost by it. #}
{% macro check_new_files(files, noted) %}
    {% if file_format(var('log'), files) == 'csv' %}
        {% set first = noted | select('in', files) | sort | list | first %}
        {% set new = files | reject('in', noted) | list %}
        {% do csv_columns(([first] if first else []) + new, input_settings('log')) if new %}
    {% endif %}
{% endmacro %}


{# Why this run cannot go on from the one before; none where it can. #}
{% macro why_not_to_go_on(earlier, fingerprint, files) %}
    {% if flags.FULL_REFRESH %}{{ return('asked for') }}{% endif %}
    {% if earlier.batch == 0 %}{{ return('this is the first build') }}{% endif %}
    {% if not earlier.is_whole %}{{ return('the last build did not come to its end') }}{% endif %}
    {% if earlier.fingerprint != fingerprint %}
        {{ return(
            'settings, seeds, models, macros, versions or the columns of the log have changed'
        ) }}
    {% endif %}
    {% for node in growing_models() if growing_table(node) is none %}
        {{ return(node.alias ~ ' is missing') }}
    {% endfor %}
    {% set found = {} %}
    {% for file in files %}{% do found.update({file.file: file}) %}{% endfor %}
    {% for known in noted_log_files() %}
        {% set file = found.get(known.file, {}) %}
        {% if not known.modified_at
            or (file.byte_count, file.modified_at) != (known.byte_count, known.modified_at) %}
            {{ return(known.file ~ (' has changed' if file else ' is gone')) }}
        {% endif %}
        {% do found.pop(known.file) %}
    {% endfor %}
    {% set all_files = files | map(attribute='file') | list %}
    {% if found and log_columns(found | list) != log_columns(all_files) %}
        {# By themselves they would be read in another way than among the others. #}
        {{ return('the new files have other columns, or types, than the log as a whole') }}
    {% endif %}
    {{ return(none) }}
{% endmacro %}
