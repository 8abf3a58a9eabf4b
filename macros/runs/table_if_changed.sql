{#
    A table that is made anew only where its SQL or the content of what it reads has changed:
    for models that cost more to make than to compare. A view that it reads is compared by
    what the view reads, or by its own content where the view says so
    (`meta: {compared_by: content}`) or reads no model. What cannot change a table's rows need
    not be compared (`meta: {compared_without: [model]}`).
#}
{% materialization table_if_changed, adapter='duckdb' %}
    {% set name = this.schema ~ '.' ~ this.identifier %}
    {% set existing = load_cached_relation(this) %}
    {% set fingerprint = inputs_fingerprint(model.unique_id, compiled_code) %}
    {% if existing is not none and existing.is_table and not should_full_refresh()
        and fingerprint == kept_fingerprint(name) %}
        {% call noop_statement('main', 'UNCHANGED') %}{% endcall %}
        {{ return({'relations': [existing]}) }}
    {% endif %}
    {# Forgotten first: a run that is killed in between must not pass for one that ended. #}
    {% do run_query(
        'delete from ' ~ target.schema ~ ".table_inputs where table_name = '" ~ name ~ "'"
    ) %}
    {% set made = materialization_table_duckdb() %}
    {% do run_query(
        'insert into ' ~ target.schema ~ ".table_inputs values ('" ~ name ~ "', '"
        ~ fingerprint ~ "')"
    ) %}
    {{ return(made) }}
{% endmaterialization %}


{# On Spark comparing costs as much as making. #}
{% materialization table_if_changed, adapter='spark' %}
    {{ return(materialization_table_spark()) }}
{% endmaterialization %}


{% macro kept_fingerprint(name) %}
    {% set found = run_query(
        'select fingerprint from ' ~ target.schema ~ ".table_inputs where table_name = '"
        ~ name ~ "'"
    ) %}
    {{ return(found.rows[0][0] if found.rows else none) }}
{% endmacro %}


{# A hash of a model's SQL and of all that it reads. #}
{% macro inputs_fingerprint(unique_id, code) %}
    {% set node = graph.nodes[unique_id] %}
    {% set parts = [engine_version(), node.contract.checksum, code] %}
    {% set without = node.config.get('meta', {}).get('compared_without', []) %}
    {% for parent_id in node.depends_on.nodes | sort
        if graph.nodes[parent_id].name not in without %}
        {% set parent = graph.nodes[parent_id] %}
        {% set name = parent.schema ~ '.' ~ parent.alias %}
        {% set materialized = parent.config.materialized %}
        {% set by_content = parent.config.get('meta', {}).get('compared_by') == 'content' %}
        {% if materialized == 'table_if_changed' %}
            {% do parts.append(kept_fingerprint(name)) %}
        {% elif materialized == 'view' and parent.depends_on.nodes and not by_content %}
            {% set view = run_query(
                "select sql from duckdb_views() where schema_name || '.' || view_name = '"
                ~ name ~ "'"
            ) %}
            {% do parts.append(inputs_fingerprint(parent_id, view.rows[0][0])) %}
        {% else %}
            {% do parts.append(content_fingerprint(name)) %}
        {% endif %}
    {% endfor %}
    {{ return(local_md5(parts | join('\n'))) }}
{% endmacro %}


{# A hash of all rows of a table or view, computed once in a run. #}
{% macro content_fingerprint(name) %}
    {% set noted = run_query(
        'select fingerprint from ' ~ target.schema ~ ".table_contents where table_name = '"
        ~ name ~ "' and invocation_id = '" ~ invocation_id ~ "'"
    ) %}
    {% if noted.rows %}{{ return(noted.rows[0][0]) }}{% endif %}
    {% set fingerprint = run_query(
        "select concat_ws(' ', count(*), bit_xor(hash(rows)), sum(hash(rows) >> 32))"
        ~ ' from ' ~ name ~ ' as rows'
    ).rows[0][0] %}
    {% do run_query(
        'insert into ' ~ target.schema ~ ".table_contents values ('" ~ name ~ "', '"
        ~ invocation_id ~ "', '" ~ fingerprint ~ "')"
    ) %}
    {{ return(fingerprint) }}
{% endmacro %}


{# The tables that hold these hashes; those of contents are of one run alone. #}
{% macro prepare_fingerprints() %}
    {% if target.type == 'spark' or not execute
        or flags.WHICH not in ['run', 'build', 'test', 'seed'] %}
        {{ return('') }}
    {% endif %}
    {% do run_query(
        'create table if not exists ' ~ target.schema
        ~ '.table_inputs (table_name varchar, fingerprint varchar)'
    ) %}
    {% do run_query(
        'create table if not exists ' ~ target.schema
        ~ '.passed_tests (test_name varchar, fingerprint varchar)'
    ) %}
    {% do run_query(
        'create or replace table ' ~ target.schema ~ '.table_contents'
        ~ ' (table_name varchar, invocation_id varchar, fingerprint varchar)'
    ) %}
{% endmacro %}


{% macro engine_version() %}
    {{ return(run_query('select version()').rows[0][0]) }}
{% endmacro %}


{# Whether runs have left a table of notes of that name. #}
{% macro is_noted(name) %}
    {{ return(run_query(
        "select 1 from information_schema.tables where table_name = '" ~ name
        ~ "' and table_schema = '" ~ target.schema ~ "'"
    ).rows | length > 0) }}
{% endmacro %}
