{#
    All that decides what a log becomes, as a hash: settings, seeds, models, macros, versions,
    and the columns of the log's files.
#}
{% macro run_fingerprint(files) %}
    {% set parts = [dbt_version, engine_version(), macros_hash(), log_columns(files)] %}
    {% for name in known_settings() %}
        {% do parts.append(name ~ '=' ~ (var(name) | string)) %}
    {% endfor %}
    {% for name, node in graph.nodes.items() | sort
        if node.resource_type in ['model', 'seed'] %}
        {% do parts.append(name ~ '=' ~ node.checksum.checksum) %}
    {% endfor %}
    {{ return(local_md5(parts | join('\n'))) }}
{% endmacro %}


{% macro engine_version() %}
    {{ return(run_query('select version()').rows[0][0]) }}
{% endmacro %}


{# A hash of the project's macros, of which dbt tells a run nothing. #}
{% macro macros_hash() %}
    {% set project = invocation_args_dict.get('project_dir') or '.' %}
    {% set files = matching_files(literal_path(project | string) ~ '/macros/**/*.sql') %}
    {% if not files %}
        {{ exceptions.raise_compiler_error(
            'No macros in ' ~ project ~ '/macros: run dbt in the folder of the project.'
        ) }}
    {% endif %}
    {{ return(run_query(
        "select md5(string_agg(content, '' order by filename)) from read_text("
        ~ file_list(files) ~ ')'
    ).rows[0][0]) }}
{% endmacro %}


{#
    What files of the log are read as, as text: of Parquet files the names and types that they
    have together, of CSV files the names in the first, which all must have.
#}
{% macro log_columns(files) %}
    {% if files[0].endswith('.parquet') %}
        {{ return(parquet_columns(var('log'), files) | string) }}
    {% endif %}
    {{ return(csv_columns([files | first], input_settings('log')) | string) }}
{% endmacro %}
